/** The store over PostgREST, the only implementation there is: hosted, of one's own, or embedded, by what `fetch` reaches. */
import { Effect, Layer, Redacted } from "effect"
import { Store, StoreOpenError } from "../port.ts"
import { makeCandles } from "./candles.ts"
import { openClient, type SupabaseOptions } from "./client.ts"
import { makeHealth } from "./health.ts"
import { makeJobs } from "./jobs.ts"
import { makeProfiles } from "./profiles.ts"
import { makeProjection } from "./projection.ts"
import { makeState } from "./state.ts"
import { makeSymbols } from "./symbols.ts"

/** The store at `options.url`; asks nobody yet. `where` is what people are told. */
export const makeStore = (options: SupabaseOptions, where: string = options.url): Store["Service"] => {
  const client = openClient(options)
  return Store.of({
    where,
    candles: makeCandles(client),
    state: makeState(client),
    jobs: makeJobs(client),
    symbols: makeSymbols(client),
    projection: makeProjection(client),
    profiles: makeProfiles(client),
    health: makeHealth(client)
  })
}

/** The store on a server: hosted Supabase or a PostgREST of one's own. */
export const SupabaseStore = {
  /**
   * Asks nobody yet: a store that is not reached fails the calls, with advice, and nothing that trades waits for it. Fails
   * only without a key, with which nothing could ever work.
   */
  layer: (options: SupabaseOptions): Layer.Layer<Store, StoreOpenError> =>
    Layer.effect(
      Store,
      Redacted.value(options.key) === ""
        ? Effect.fail(
            new StoreOpenError({ where: options.url, detail: "SUPABASE_KEY is empty; it needs the service role key" })
          )
        : Effect.sync(() => makeStore(options))
    )
}
