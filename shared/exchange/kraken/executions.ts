/** The account's private stream: a fresh token for each connection, and a fresh connection after each gap. */
import { Effect, type Stream } from "effect"
import type { ExchangeError, ExecutionEvent } from "../port.ts"
import type { VenueClock } from "../venueClock.ts"
import type { Access } from "./access.ts"
import { feed, type FeedFrame, type Heard } from "./feed.ts"
import type { Connection } from "./options.ts"
import type { PrivateCalls } from "./privateCalls.ts"
import { readToken } from "./core/wire/account.ts"
import { emptyExecutions, type ExecutionsState, readExecutions } from "./core/wire/executions.ts"
import type { PairNames } from "./core/wire/names.ts"

export const executions = (
  { names, requestTimeoutMs }: Connection,
  wsPrivateUrl: string,
  call: PrivateCalls,
  access: Access
): Stream.Stream<ExecutionEvent, ExchangeError, VenueClock> =>
  feed({
    name: "executions",
    url: wsPrivateUrl,
    access,
    timeoutMs: requestTimeoutMs,
    // A token opens subscriptions for 15 minutes only, but one that stands outlives it.
    subscription: Effect.map(
      call({
        method: "GetWebSocketsToken",
        kind: "read",
        params: {},
        cost: { calls: 1, trading: 0 },
        read: readToken,
        secretReply: true
      }),
      (token) => ({ channel: "executions", token, snap_orders: true, snap_trades: true, order_status: true })
    ),
    reader: () => {
      const state = emptyExecutions()
      return (frame) => readPrivateFrame(state, frame, names)
    }
  })

const readPrivateFrame = (state: ExecutionsState, frame: FeedFrame, names: PairNames): Heard<ExecutionEvent> => {
  if (frame.kind !== "data" || frame.channel !== "executions") return { events: [] }
  const read = readExecutions(state, frame.body, names)
  return read.kind === "gap"
    ? { events: [], lost: `executions frame ${read.got} came where ${read.expected} was due` }
    : read
}
