/** The store as a leaf: a Supabase project or a PostgREST, else the embedded database beside the journal. */
import { resolve } from "node:path"
import { type Layer, Redacted } from "effect"
import { EmbeddedStore } from "../../shared/store/embedded/store.ts"
import type { Store, StoreOpenError } from "../../shared/store/port.ts"
import { SupabaseStore } from "../../shared/store/supabase/store.ts"
import type { Settings } from "../settings.ts"

/** The store of the settings. */
export const storeLayer = (settings: Settings): Layer.Layer<Store, StoreOpenError> =>
  settings.supabaseUrl === ""
    ? EmbeddedStore.layer({ directory: resolve(settings.dataDir, "store") })
    : SupabaseStore.layer({
        url: settings.supabaseUrl,
        key: Redacted.make(settings.supabaseKey),
        restPath: settings.supabaseRestPath
      })
