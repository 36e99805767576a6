/** HTTP: from a request to the method that answers it, with the faults that lie on the way. */
import type { IncomingMessage, ServerResponse } from "node:http"
import { Duration, Effect } from "effect"
import { WIRE_HEADER, WireInProcess } from "../../../shared/pace/wire.ts"
import type { Access } from "../access.ts"
import type { AdminRoutes } from "../admin.ts"
import { isRefusal, refuse, type Refusal } from "../core/engine/desk.ts"
import type { Exchange, Moment } from "../exchange.ts"
import { type CallFaultNow, throttled } from "../faults/faults.ts"
import { asParams, BadArgument, optionalText, type Params } from "../params.ts"
import { ACCOUNT_METHODS } from "./account.ts"
import { ORDER_METHODS } from "./orders.ts"
import { PUBLIC_METHODS } from "./public.ts"

/** A batch of fifteen orders is a few kilobytes. */
const MAX_BODY_BYTES = 64 * 1024

/** What goes back: a JSON value, or a page of the edge, or nothing at all. */
type Reply =
  | { readonly kind: "json"; readonly status: number; readonly value: unknown }
  | { readonly kind: "html"; readonly status: number }
  | { readonly kind: "cut" }
  | { readonly kind: "silence" }

const json = (value: unknown, status = 200): Reply => ({ kind: "json", status, value })
const envelope = (answer: object | Refusal): Reply =>
  json(
    isRefusal(answer) && typeof answer.error === "string" ? { error: [answer.error] } : { error: [], result: answer }
  )

/** What requests are answered with. */
export interface RestDependencies {
  readonly exchange: Exchange
  readonly access: Access
  /** Null when the admin routes are closed. */
  readonly admin: AdminRoutes | null
}

/** Answers one request. Never fails: what goes wrong inside becomes Kraken's word for it. */
export const handleRequest = Effect.fnUntraced(function* (
  dependencies: RestDependencies,
  request: IncomingMessage,
  response: ServerResponse
) {
  const wire = yield* WireInProcess
  const trip = wire?.arriving(request.headers[WIRE_HEADER] !== undefined) ?? null
  const body = yield* Effect.promise(() => readBody(request))
  wire?.arrived(trip)
  const send = (answer: Reply): void => {
    if (wire === null || answer.kind === "silence") write(response, answer)
    else wire.reply(trip, () => write(response, answer))
  }
  if (body === null) return send(json({ error: ["EGeneral:Invalid arguments"] }, 413))
  const reply = yield* Effect.suspend(() => route(dependencies, request, body)).pipe(
    Effect.catchCause((cause) =>
      Effect.as(Effect.logError(`exchange-sim: ${request.url ?? ""} failed`, cause), envelope(INTERNAL_ERROR))
    )
  )
  send(reply)
})

/** A fault of the simulator itself: what was asked may have been done. */
const INTERNAL_ERROR = refuse("EGeneral:Internal error")

const route = (dependencies: RestDependencies, request: IncomingMessage, body: string): Effect.Effect<Reply> => {
  const url = new URL(request.url ?? "/", "http://localhost")
  const { admin, exchange } = dependencies
  if (url.pathname.startsWith("/admin/") && admin !== null) {
    return Effect.map(admin(request.method ?? "GET", url.pathname, body), ({ status, value }) => json(value, status))
  }
  const [, version, kind, method = ""] = url.pathname.split("/")
  if (version !== "0" || (kind !== "public" && kind !== "private")) return Effect.succeed({ kind: "html", status: 404 })
  const fault = exchange.faults.onCall(method)
  const work =
    kind === "public"
      ? publicWork(exchange, method, url.searchParams, body)
      : privateWork(dependencies, method, url.pathname, request, body)
  return Effect.map(underFault(exchange, fault, work), (reply): Reply =>
    reply.kind === "json" ? { ...reply, value: exchange.faults.edge.rewritten(method, reply.value) } : reply
  )
}

type Work = (moment: Moment) => object | Refusal

const publicWork = (exchange: Exchange, method: string, query: URLSearchParams, body: string): Work => {
  const run = PUBLIC_METHODS.get(method)
  if (run === undefined) return () => refuse("EGeneral:Unknown method")
  return (moment) => run(exchange, moment, { ...readForm(body), ...Object.fromEntries(query) })
}

const privateWork = (
  { exchange, access }: RestDependencies,
  method: string,
  path: string,
  request: IncomingMessage,
  body: string
): Work => {
  const params = readParams(body, request.headers["content-type"] ?? "")
  const header = (name: string) => String(request.headers[name] ?? "")
  return (moment) => {
    const nonce = optionalText(params, "nonce") ?? ""
    const call = { path, apiKey: header("api-key"), apiSign: header("api-sign"), nonce, body }
    const refusal = access.check(call)
    if (refusal !== null) return refusal
    const orders = ORDER_METHODS.get(method)
    if (orders !== undefined) return orders(exchange, moment, params)
    const account = ACCOUNT_METHODS.get(method)
    if (account === undefined && method !== "GetWebSocketsToken") return refuse("EGeneral:Unknown method")
    const over = access.charge(account?.points ?? 1, moment.nowMs)
    if (over !== null) return over
    return account === undefined ? access.issueToken(moment.nowMs) : account.run(exchange, moment, params)
  }
}

/** Does the work, unless a fault says otherwise, and lets the fault have its way with the answer. */
const underFault = Effect.fnUntraced(function* (exchange: Exchange, fault: CallFaultNow | null, work: Work) {
  const skipped =
    fault?.kind === "no-reply" ||
    fault?.kind === "throttled" ||
    ((fault?.kind === "http" || fault?.kind === "error") && fault.afterExecution !== true)
  const answer = skipped ? null : yield* carryOut(exchange, work)
  switch (fault?.kind) {
    case "no-reply":
      return { kind: "silence" } satisfies Reply
    case "reply-lost":
      return { kind: "cut" } satisfies Reply
    case "http":
      return { kind: "html", status: fault.status } satisfies Reply
    case "error":
      return json({ error: [fault.error] })
    case "throttled":
      return json({ error: [throttled(exchange.nowMs(), fault.forSec)] })
    case "late-reply":
      yield* Effect.sleep(Duration.millis(fault.delayMs))
      return answer ?? envelope(refuse("EService:Busy"))
    case undefined:
      return answer ?? envelope(refuse("EService:Busy"))
  }
})

const carryOut = (exchange: Exchange, work: Work): Effect.Effect<Reply> =>
  exchange
    .perform((moment) => attempt(() => work(moment)))
    .pipe(
      Effect.map(envelope),
      // The journal is gone: nobody knows whether this was written. That is exactly what this text means to a client.
      Effect.catch(() => Effect.succeed(envelope(refuse("EService:Unavailable"))))
    )

/** Runs `work`, with a wrong argument as a refusal. */
export const attempt = <A extends object>(work: () => A): A | Refusal => {
  try {
    return work()
  } catch (error) {
    if (error instanceof BadArgument) return refuse(error.error)
    throw error
  }
}

const readBody = async (request: IncomingMessage): Promise<string | null> => {
  const chunks: Array<Buffer> = []
  let size = 0
  for await (const chunk of request) {
    const bytes = chunk as Buffer
    size += bytes.length
    if (size > MAX_BODY_BYTES) return null
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString("utf8")
}

const readForm = (body: string): Params => Object.fromEntries(new URLSearchParams(body))

/** Lists and objects need JSON; a body that is neither has no fields, and so no nonce. */
const readParams = (body: string, contentType: string): Params => {
  if (!contentType.includes("json")) return readForm(body)
  try {
    return asParams(JSON.parse(body), "body")
  } catch {
    return {}
  }
}

const write = (response: ServerResponse, reply: Reply): void => {
  switch (reply.kind) {
    case "json":
      response.writeHead(reply.status, { "content-type": "application/json; charset=utf-8" })
      response.end(JSON.stringify(reply.value))
      return
    case "html":
      response.writeHead(reply.status, { "content-type": "text/html; charset=utf-8" })
      response.end(`<html><head><title>${reply.status}</title></head><body>error ${reply.status}</body></html>`)
      return
    case "cut":
      response.destroy()
      return
    case "silence":
      return
  }
}
