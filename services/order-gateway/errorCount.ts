/**
 * Counts calls to the exchange that fail in a row, so that the governor may stop asking for more. The public clock is not
 * counted: that it answers every few seconds says nothing of whether orders can be dealt with.
 */
import { Effect, Semaphore, Stream } from "effect"
import type { EventOf } from "../../shared/events/event.ts"
import type { ExchangeError, ExecutionEvent, Trading } from "../../shared/exchange/port.ts"

/** Beyond this the number says nothing new: the market has long been paused. */
const COUNTED = 20

type Errors = EventOf<"ExchangeErrorsObserved">

/**
 * What a failed call says of the exchange: it is `down` when it gave no answer, was out of service or refused our access; `up` when
 * it said no. A call that has to wait for a rate limit or a session, perhaps without having been sent, says nothing.
 */
const healthShownBy = ({ advice, source }: ExchangeError): "up" | "down" | null => {
  if (advice === "rejected" || advice === "gone") return "up"
  return advice === "wait" && source !== "service" && source !== "access" ? null : "down"
}

/** The exchange turns us away where it has not before, and nothing that is known helps. */
const NO_HELP = "nothing is known that helps; it is asked again"

/**
 * The account, each call counted. `told`: how many have failed in a row by the journal; what an earlier process counted, or one beside
 * this one that has ended since, ends with the first call that is answered here. `tell` hears each change up to 20, and the all-clear, one
 * after the other; it must not fail, and returns once `told` knows of it, unless it could not be written.
 */
export const countErrors = (
  trading: Trading["Service"],
  told: () => number,
  tell: (errors: Errors) => Effect.Effect<void>
): Trading["Service"] => {
  let consecutive = told()
  let streamRefused = false
  let waitTold = false
  const turn = Semaphore.makeUnsafe(1)
  const inTurn = (errors: Errors) => turn.withPermit(tell(errors))
  const allClear = turn.withPermit(
    Effect.suspend(() => {
      // The one before in turn may have been the same.
      if (told() === 0 && !waitTold) return Effect.void
      waitTold = false
      return tell({ _tag: "ExchangeErrorsObserved", consecutive: 0, operation: "", detail: "" })
    })
  )
  const answered = Effect.suspend(() => {
    // While the stream is refused, calls that succeed are no all-clear.
    if ((consecutive === 0 && told() === 0 && !waitTold) || streamRefused) return Effect.void
    consecutive = 0
    return allClear
  })
  /** A start may wait for nothing else: what it waits for is told once, until a call is answered. */
  const waits = ({ operation, detail, retryAtMs }: ExchangeError) => {
    if (waitTold || retryAtMs === null) return Effect.void
    waitTold = true
    return inTurn({ _tag: "ExchangeErrorsObserved", consecutive, operation, detail, retryAtMs })
  }
  const failed = (error: ExchangeError) =>
    Effect.suspend(() => {
      const health = healthShownBy(error)
      if (health === "up") return answered
      if (health === null) return waits(error)
      if (consecutive >= COUNTED) return Effect.void
      consecutive++
      const { operation, detail, source, help = NO_HELP } = error
      const refused = source === "access" ? { help } : {}
      return inTurn({ _tag: "ExchangeErrorsObserved", consecutive, operation, detail, ...refused })
    })
  const noteStream = (event: ExecutionEvent) =>
    Effect.suspend(() => {
      if (event._tag === "Snapshot") {
        streamRefused = false
        return answered
      }
      if (event._tag !== "Disconnected" || event.refused === undefined) return Effect.void
      streamRefused = true
      return failed(event.refused)
    })
  const counted = <A>(call: Effect.Effect<A, ExchangeError>): Effect.Effect<A, ExchangeError> =>
    call.pipe(
      Effect.tapError(failed),
      Effect.tap(() => answered)
    )
  return {
    constraints: counted(trading.constraints),
    fees: counted(trading.fees),
    balances: counted(trading.balances),
    place: (order) => counted(trading.place(order)),
    cancel: (txid) => counted(trading.cancel(txid)),
    amend: (txid, price) => counted(trading.amend(txid, price)),
    openOrders: counted(trading.openOrders),
    findByClientId: (clientId) => counted(trading.findByClientId(clientId)),
    orders: (txids) => counted(trading.orders(txids)),
    fills: (fromMs, toMs, ours) => counted(trading.fills(fromMs, toMs, ours)),
    executions: Stream.tap(trading.executions, noteStream)
  }
}
