/** The store as a leaf: a Supabase project or a PostgREST, else the embedded database beside the journal. */
import { existsSync } from "node:fs"
import { join, resolve } from "node:path"
import { Effect, Layer, Redacted } from "effect"
import { reading } from "../../shared/service/reading.ts"
import { EmbeddedStore } from "../../shared/store/embedded/store.ts"
import type { Store, StoreOpenError } from "../../shared/store/port.ts"
import type { Settings } from "../settings.ts"

const supabaseStore = reading(() => import("../../shared/store/supabase/store.ts"))

/** Where the embedded store has its files. */
const storeDirectory = ({ dataDir }: Settings): string => resolve(dataDir, "store")

/** The store of the settings, for whoever keeps it: an embedded one belongs to this process, and another that has it is an error. */
export const storeLayer = (settings: Settings): Layer.Layer<Store, StoreOpenError> =>
  settings.supabaseUrl === "" ? EmbeddedStore.layer({ directory: storeDirectory(settings) }) : onServer(settings)

/** The same for a command, which also works beside the process that has the embedded store: through that process. */
export const storeBeside = (settings: Settings): Layer.Layer<Store, StoreOpenError> =>
  settings.supabaseUrl === "" ? EmbeddedStore.layerBeside({ directory: storeDirectory(settings) }) : onServer(settings)

/** The same for a command that only looks, where there is a store at all: looking must not make one. Null: there is none. */
export const storeIfThere = (settings: Settings): Layer.Layer<Store, StoreOpenError> | null =>
  settings.supabaseUrl === "" && !existsSync(join(storeDirectory(settings), "postgres")) ? null : storeBeside(settings)

/** Where candles of the store lie as typed columns once somebody has asked for them so. */
export const columnsDirectory = ({ dataDir }: Settings): string => resolve(dataDir, "candles")

const onServer = (settings: Settings): Layer.Layer<Store, StoreOpenError> => {
  const options = {
    url: settings.supabaseUrl,
    key: Redacted.make(settings.supabaseKey),
    restPath: settings.supabaseRestPath
  }
  return Layer.unwrap(Effect.map(supabaseStore, ({ SupabaseStore }) => SupabaseStore.layer(options)))
}
