/** The store as a leaf: a Supabase project or a PostgREST, else the embedded database beside the journal. */
import { resolve } from "node:path"
import { type Layer, Redacted } from "effect"
import { EmbeddedStore } from "../../shared/store/embedded/store.ts"
import type { Store, StoreOpenError } from "../../shared/store/port.ts"
import { SupabaseStore } from "../../shared/store/supabase/store.ts"
import type { Settings } from "../settings.ts"

/** Where the embedded store has its files. */
const storeDirectory = ({ dataDir }: Settings): string => resolve(dataDir, "store")

/** The store of the settings, for whoever keeps it: an embedded one belongs to this process, and another that has it is an error. */
export const storeLayer = (settings: Settings): Layer.Layer<Store, StoreOpenError> =>
  settings.supabaseUrl === "" ? EmbeddedStore.layer({ directory: storeDirectory(settings) }) : onServer(settings)

/** The same for a command, which also works beside the process that has the embedded store: through that process. */
export const storeBeside = (settings: Settings): Layer.Layer<Store, StoreOpenError> =>
  settings.supabaseUrl === "" ? EmbeddedStore.layerBeside({ directory: storeDirectory(settings) }) : onServer(settings)

const onServer = (settings: Settings): Layer.Layer<Store, StoreOpenError> =>
  SupabaseStore.layer({
    url: settings.supabaseUrl,
    key: Redacted.make(settings.supabaseKey),
    restPath: settings.supabaseRestPath
  })
