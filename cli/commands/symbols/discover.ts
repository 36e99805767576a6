/** The pairs that Kraken lists: asked without a key, from its public API or from whatever speaks it. */
import { Effect, Schema } from "effect"
import { messageOf } from "../../../shared/core/messageOf.ts"

/** The exchange did not give its list. */
export class NoPairs extends Schema.TaggedError<NoPairs>()("NoPairs", { url: Schema.String, problem: Schema.String }) {
  override get message(): string {
    return `symbols: ${this.url}: ${this.problem}; is there a way to the internet? Another address: --url`
  }
}

/** One pair as the list has it. `symbol` is what candles are asked for by; `name` is what people write. */
export interface Pair {
  readonly symbol: string
  readonly name: string
  readonly status: string
}

const Answer = Schema.Struct({
  error: Schema.Array(Schema.String),
  result: Schema.optionalKey(
    Schema.Record(
      Schema.String,
      Schema.Struct({
        altname: Schema.String,
        wsname: Schema.optionalKey(Schema.String),
        status: Schema.optionalKey(Schema.String)
      })
    )
  )
})

/** The list is a megabyte; whoever needs longer than this does not answer. */
const TIMEOUT_MS = 20_000

/** Pairs whose name or symbol holds `filter`, in any case, by name. What trades normally comes without a status. */
export const pairsOf = (answer: unknown, filter: string): ReadonlyArray<Pair> => {
  const { error, result } = Schema.decodeUnknownSync(Answer)(answer)
  if (error.length > 0) throw new Error(error.join(", "))
  const wanted = filter.toUpperCase()
  return Object.values(result ?? {})
    .map(({ altname, wsname = altname, status = "online" }) => ({ symbol: altname, name: wsname, status }))
    .filter(({ symbol, name }) => symbol.toUpperCase().includes(wanted) || name.toUpperCase().includes(wanted))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Asks `<restUrl>/0/public/AssetPairs`. */
export const discoverPairs = (restUrl: string, filter: string): Effect.Effect<ReadonlyArray<Pair>, NoPairs> => {
  const url = new URL("/0/public/AssetPairs", restUrl).href
  return Effect.tryPromise({
    try: async () => pairsOf(await (await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })).json(), filter),
    catch: (error) => {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
      return new NoPairs({ url, problem: `no list of pairs (${messageOf(cause)})` })
    }
  })
}
