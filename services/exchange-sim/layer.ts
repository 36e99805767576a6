/** A Kraken-compatible exchange on this machine: REST and WebSocket v2 on one port. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { Context, Deferred, Effect, FiberSet, Layer } from "effect"
import type { AppendError, Journal } from "../../shared/journal/port.ts"
import { Access } from "./access.ts"
import { adminRoutes } from "./admin.ts"
import { openExchange } from "./exchange.ts"
import { Faults } from "./faults/faults.ts"
import { ExchangeSimError, type OpeningError } from "./opening.ts"
import { checkOptions, EXCHANGE_SIM_DEFAULTS, type ExchangeSimOptions } from "./options.ts"
import { handleRequest } from "./rest/server.ts"
import { followUpstream } from "./source/upstream.ts"
import { makeSocketServer } from "./ws/server.ts"
import { WireInProcess } from "../../shared/pace/wire.ts"
import { messageOf } from "../../shared/core/messageOf.ts"

/** A running simulated exchange: where it listens. */
export class ExchangeSim extends Context.Service<
  ExchangeSim,
  {
    /** `http://127.0.0.1:8090`; methods are under `/0/public/` and `/0/private/`. */
    readonly restUrl: string
    /** `ws://127.0.0.1:8090/v2` */
    readonly wsPublicUrl: string
    /** `ws://127.0.0.1:8090/v2-auth` */
    readonly wsPrivateUrl: string
    /** Simulated time that may be shown now, Unix milliseconds. */
    readonly nowMs: Effect.Effect<number>
    /** Never succeeds; fails when the exchange has stopped because its journal did. */
    readonly stopped: Effect.Effect<never, AppendError>
  }
>()("kennel/exchange-sim/ExchangeSim") {}

/**
 * Starts an exchange that lives as long as the layer. Missing options are `EXCHANGE_SIM_DEFAULTS`. Its books are in the
 * `Journal` of the environment, on the one subject `exchange.<PAIR>.books`; with a memory journal they end with it.
 *
 * Fails when an option is wrong, the port is taken, the market's file cannot be used, or the journal holds an exchange
 * with another market.
 */
export const exchangeSimLayer = (
  given: Partial<ExchangeSimOptions> = {}
): Layer.Layer<ExchangeSim, OpeningError, Journal> =>
  Layer.effect(ExchangeSim, start({ ...EXCHANGE_SIM_DEFAULTS, ...given }))

const start = Effect.fn("exchangeSim.start")(function* (options: ExchangeSimOptions) {
  yield* Effect.try({
    try: () => checkOptions(options),
    catch: (error) => new ExchangeSimError({ detail: messageOf(error) })
  })
  const faults = new Faults(options.seed)
  for (const fault of options.faults) faults.add(fault)
  const exchange = yield* openExchange(options, faults)
  const stopped = yield* Deferred.make<never, AppendError>()
  if (exchange.live !== null) yield* followUpstream(options, exchange.live)
  yield* Effect.forkScoped(
    exchange.run.pipe(
      Effect.tapError((error) => Effect.logError(`exchange-sim: stopped: ${error.message}`)),
      Effect.catch((error) => Deferred.fail(stopped, error))
    )
  )

  const run = yield* FiberSet.makeRuntime()
  const access = new Access(exchange)
  const sockets = yield* makeSocketServer({ exchange, access }, (effect) => void run(effect))
  const admin = options.admin ? adminRoutes(exchange, sockets) : null
  const server = createServer(
    (request, response) => void run(handleRequest({ exchange, access, admin }, request, response))
  )
  server.on("upgrade", (request, socket, head) => sockets.upgrade(request, socket, head))
  const port = yield* listen(server, options, () => sockets.disconnect("all"))
  // Added last, so it runs first: everything after it may be waiting for the journal.
  yield* Effect.addFinalizer(() => Effect.sync(exchange.stop))
  const at = `${options.host}:${port}`
  const wire = yield* WireInProcess
  wire?.connect(at)
  return ExchangeSim.of({
    restUrl: `http://${at}`,
    wsPublicUrl: `ws://${at}/v2`,
    wsPrivateUrl: `ws://${at}/v2-auth`,
    nowMs: Effect.sync(exchange.nowMs),
    stopped: Deferred.await(stopped)
  })
})

/** Opens the port, and closes it and everything on it with the scope. */
const listen = (server: ReturnType<typeof createServer>, { host, port }: ExchangeSimOptions, cutSockets: () => void) =>
  Effect.acquireRelease(
    Effect.callback<number, ExchangeSimError>((resume) => {
      server.once("error", (error) =>
        resume(Effect.fail(new ExchangeSimError({ detail: `cannot listen on ${host}:${port}: ${error.message}` })))
      )
      server.listen(port, host, () => resume(Effect.succeed((server.address() as AddressInfo).port)))
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
        // The server does not count sockets among its connections, but waits for them all the same.
        cutSockets()
      }).pipe(Effect.timeoutOption("2 seconds"))
  )
