/** From a client's frame to its answers, with the faults that lie on the way. */
import { Duration, Effect } from "effect"
import type { RawData } from "ws"
import type { AppendError } from "../../../shared/journal/port.ts"
import type { Access } from "../access.ts"
import type { Exchange } from "../exchange.ts"
import { type CallFaultNow, throttled } from "../faults/faults.ts"
import { asParams, BadArgument, optionalText, type Params } from "../params.ts"
import { PRIVATE_ONLY, subscribe, unsubscribe } from "./channels.ts"
import { rfc3339 } from "./frames.ts"
import { type MethodAnswer, TRADING_METHODS } from "./methods.ts"
import type { Session } from "./session.ts"

/** What frames are answered with. */
export interface SocketDependencies {
  readonly exchange: Exchange
  readonly access: Access
}

/** Answers one frame of a client. Never fails: what goes wrong inside becomes Kraken's word for it. */
export const handleFrame = Effect.fnUntraced(function* (
  dependencies: SocketDependencies,
  session: Session,
  data: RawData
) {
  const { exchange } = dependencies
  const inMs = exchange.nowMs()
  const request = readFrame(data)
  if (request === null) return session.send({ error: "Malformed request", success: false, ...times(inMs, inMs) })
  const { method, reqId } = request
  const stamp = (answer: object) => ({ ...answer, ...times(inMs, exchange.nowMs()), ...reqId })
  if (method === "ping") return session.send({ method: "pong", ...reqId, ...times(inMs, exchange.nowMs()) })
  const fault = exchange.faults.onCall(method)
  const answers = yield* answersUnderFault(
    exchange,
    session,
    fault,
    carryOut(dependencies, session, request, stamp)
  ).pipe(
    Effect.catchCause((cause) =>
      Effect.as(Effect.logError(`exchange-sim: ${method} failed`, cause), [{ error: "EGeneral:Internal error" }])
    )
  )
  for (const answer of answers) session.send(stamp({ method, ...answer, success: "result" in answer }))
})

const times = (inMs: number, outMs: number) => ({ time_in: rfc3339(inMs), time_out: rfc3339(outMs) })

interface Request {
  readonly method: string
  readonly params: Params
  /** Echoed as it came; absent when the client sent none. */
  readonly reqId: { readonly req_id?: unknown }
}

const readFrame = (data: RawData): Request | null => {
  try {
    const frame = asParams(JSON.parse((data as Buffer).toString("utf8")), "frame")
    const method = optionalText(frame, "method")
    if (method === null) return null
    const params = frame["params"] === undefined ? {} : asParams(frame["params"], "params")
    return { method, params, reqId: frame["req_id"] === undefined ? {} : { req_id: frame["req_id"] } }
  } catch {
    return null
  }
}

type Answers = Effect.Effect<ReadonlyArray<MethodAnswer>, AppendError>

/** Subscriptions answer by themselves, because their snapshot follows at once; trading answers are returned. */
const carryOut = (
  { exchange, access }: SocketDependencies,
  session: Session,
  { method, params }: Request,
  stamp: (answer: object) => object
): Answers => {
  if (method === "subscribe") {
    return exchange.observe((moment) => attempt(() => subscribe({ exchange, access }, session, moment, params, stamp)))
  }
  if (method === "unsubscribe") return Effect.sync(() => attempt(() => unsubscribe(session, params, stamp)))
  const trade = TRADING_METHODS.get(method)
  if (trade === undefined) return Effect.succeed([{ error: `Unsupported method: ${method}` }])
  if (session.endpoint === "public") return Effect.succeed([{ error: PRIVATE_ONLY }])
  return exchange.perform((moment) =>
    attempt(() => {
      const isGood = (token: string) => access.isToken(token, moment.nowMs)
      if (!session.isAuthorised(optionalText(params, "token") ?? "", isGood)) return [{ error: "EAPI:Invalid token" }]
      return trade(exchange, moment, params)
    })
  )
}

/** Runs `work`, with a wrong argument as a refusal. */
const attempt = (work: () => ReadonlyArray<MethodAnswer> | void): ReadonlyArray<MethodAnswer> => {
  try {
    return work() ?? []
  } catch (error) {
    if (error instanceof BadArgument) return [{ error: error.error }]
    throw error
  }
}

const answersUnderFault = Effect.fnUntraced(function* (
  exchange: Exchange,
  session: Session,
  fault: CallFaultNow | null,
  carriedOut: Answers
) {
  const nothing: ReadonlyArray<MethodAnswer> = []
  if (fault?.kind === "no-reply") return nothing
  if (fault?.kind === "http" && fault.afterExecution !== true) {
    session.cut()
    return nothing
  }
  if (fault?.kind === "throttled") return [{ error: throttled(exchange.nowMs(), fault.forSec) }]
  const early = fault?.kind === "error" && fault.afterExecution !== true ? fault.error : null
  if (early !== null) return [{ error: early }]
  const answers = yield* carriedOut.pipe(
    // The journal is gone: nobody knows whether this was written, and that is what this text means to a client.
    Effect.catch(() => Effect.succeed<ReadonlyArray<MethodAnswer>>([{ error: "EService:Unavailable" }]))
  )
  switch (fault?.kind) {
    case "error":
      return [{ error: fault.error }]
    // A socket has no page to show: what the edge does here is drop the connection.
    case "http":
    case "reply-lost":
      session.cut()
      return nothing
    case "late-reply":
      yield* Effect.sleep(Duration.millis(fault.delayMs))
      return answers
    case undefined:
      return answers
  }
})
