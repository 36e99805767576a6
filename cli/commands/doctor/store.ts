/** The store of tables: is it reached, and are its tables there? No trading waits for it, so nothing here is a failure. */
import { resolve } from "node:path"
import { Effect, Redacted } from "effect"
import type { Settings } from "../../../app/settings.ts"
import { makeStore } from "../../../shared/store/supabase/store.ts"
import { type Check, ok, warn } from "./check.ts"

/** Shorter than a check's time limit: what the store has to say is better than that it took long. */
const REQUEST_TIMEOUT_MS = 5_000

export const storeCheck = (settings: Settings): Check<never> => ({
  what: "store",
  look: Effect.gen(function* () {
    const { supabaseUrl: url, supabaseKey, supabaseRestPath: restPath } = settings
    if (url === "") return [ok("store", `embedded, in ${resolve(settings.dataDir, "store")}; not opened for this`)]
    const store = makeStore({ url, key: Redacted.make(supabaseKey), restPath, timeoutMs: REQUEST_TIMEOUT_MS })
    const health = yield* Effect.result(store.health)
    if (health._tag === "Failure")
      return [warn("store", health.failure.message, "trading goes on without; see SUPABASE_URL and SUPABASE_KEY")]
    const missing = health.success.filter(({ present }) => !present).map(({ table }) => table)
    return missing.length === 0
      ? [ok("store", `${store.where}: all ${health.success.length} tables are there`)]
      : [warn("store", `${store.where}: no ${missing.join(", ")}`, "apply the migrations in supabase/migrations")]
  })
})
