/**
 * An exchange in a process of its own, for tests that kill it: `node killedExchange.ts <directory> <options as JSON>`.
 * Prints its addresses as one line of JSON, and runs until it is killed or asked to stop.
 */
import { Console, Effect, Layer } from "effect"
import { NodeRuntime } from "@effect/platform-node"
import { EmbeddedJournal } from "../../../shared/journal/embedded/embedded.ts"
import { ExchangeSim, exchangeSimLayer } from "../layer.ts"
import type { ExchangeSimOptions } from "../options.ts"

const [directory = "", options = "{}"] = process.argv.slice(2)

const exchange = exchangeSimLayer(JSON.parse(options) as Partial<ExchangeSimOptions>).pipe(
  Layer.provide(EmbeddedJournal.layer({ directory }))
)

Effect.gen(function* () {
  const { restUrl, wsPublicUrl, wsPrivateUrl } = yield* ExchangeSim
  yield* Console.log(JSON.stringify({ restUrl, wsPublicUrl, wsPrivateUrl }))
  return yield* Effect.never
}).pipe(Effect.provide(exchange), NodeRuntime.runMain)
