/**
 * What a process holds with an embedded store that it has asked for one candle and then left alone, and what the same process holds that
 * opens none: `node --expose-gc idleStore.ts <directory> <with|without>`. One line of JSON: MB of 10^6 bytes. A first opening makes the
 * files, which takes more than a database that runs: what counts is a second one, in a process of its own.
 */
import { Effect, References } from "effect"
import { EmbeddedStore } from "../../shared/store/embedded/store.ts"
import { Store } from "../../shared/store/port.ts"

const [directory = "", which = ""] = process.argv.slice(2)

/** What V8 and the allocator took to open it goes back in pieces, on a busy machine later: the least counts once none was below it for so many looks. */
const LOOKS_WITHOUT_LESS = 5
const MOST_LOOKS = 30

const lookMb = Effect.sync(() => {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage().rss / 1e6
}).pipe(Effect.delay("2 seconds"))

const residentMb = Effect.gen(function* () {
  let least = yield* lookMb
  for (let looks = 1, since = 0; looks < MOST_LOOKS && since < LOOKS_WITHOUT_LESS; looks++) {
    const now = yield* lookMb
    since = now < 0.99 * least ? 0 : since + 1
    least = Math.min(least, now)
  }
  return least
})

const asked = Effect.flatMap(Store, ({ candles }) =>
  candles.newest({ venue: "real", symbol: "XDGUSD", intervalMin: 1 }, 1)
)
const held =
  which === "with"
    ? Effect.andThen(asked, residentMb).pipe(Effect.provide(EmbeddedStore.layer({ directory })))
    : residentMb
process.stdout.write(
  `${JSON.stringify(await Effect.runPromise(Effect.provideService(held, References.MinimumLogLevel, "Error")))}\n`
)
