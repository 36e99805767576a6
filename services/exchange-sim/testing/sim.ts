/** A client of the simulated exchange for tests: signed calls, and sockets that remember what they heard. */
import { WebSocket } from "ws"
import { signature } from "../access.ts"
import { EXCHANGE_SIM_DEFAULTS } from "../options.ts"

export interface Urls {
  readonly restUrl: string
  readonly wsPublicUrl: string
  readonly wsPrivateUrl: string
}

/** A JSON object off the wire. */
export type Json = Record<string, unknown>
interface Envelope {
  readonly error: ReadonlyArray<string>
  readonly result?: Json
}

/** Reads a path such as `result.open.OABC.vol` out of JSON. */
export const dig = (value: unknown, ...path: ReadonlyArray<string | number>): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<string | number, unknown> | undefined)?.[key], value)

export const getPublic = async (urls: Urls, pathAndQuery: string): Promise<Envelope> =>
  (await fetch(`${urls.restUrl}/0/public/${pathAndQuery}`)).json() as Promise<Envelope>

/** Signed calls with rising nonces, one key. `raw` gives the answer as it came. */
export const client = (urls: Urls, firstNonce = 1) => {
  let nonce = firstNonce
  const raw = (method: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) => {
    const used = fields["nonce"] ?? String(nonce++)
    const body = new URLSearchParams({ nonce: used, ...fields }).toString()
    const path = `/0/private/${method}`
    const { apiKey, apiSecret } = EXCHANGE_SIM_DEFAULTS
    return fetch(urls.restUrl + path, {
      method: "POST",
      body,
      headers: {
        "api-key": apiKey,
        "api-sign": signature(apiSecret, path, used, body),
        "content-type": "application/x-www-form-urlencoded",
        ...headers
      }
    })
  }
  const call = async (method: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) =>
    (await (await raw(method, fields, headers)).json()) as Envelope
  const add = (side: "buy" | "sell", volume: string, price: string, more: Record<string, string> = {}) =>
    call("AddOrder", { pair: "XDGUSD", type: side, ordertype: "limit", volume, price, oflags: "fciq,post", ...more })
  const txidOf = async (placing: ReturnType<typeof add>) => String(dig(await placing, "result", "txid", 0))
  return { raw, call, add, txidOf }
}

/** Most frames a test waits through. */
const MAX_FRAMES = 10_000

/** A socket whose frames are taken one after the other. */
export const openSocket = async (url: string) => {
  const socket = new WebSocket(url)
  const heard: Array<Json> = []
  const waiting: Array<(frame: Json | null) => void> = []
  socket.on("message", (data) => {
    const frame = JSON.parse((data as Buffer).toString("utf8")) as Json
    const next = waiting.shift()
    if (next === undefined) heard.push(frame)
    else next(frame)
  })
  const closed = new Promise<void>((resolve) =>
    socket.on("close", () => {
      for (const next of waiting.splice(0)) next(null)
      resolve()
    })
  )
  socket.on("error", () => undefined)
  await new Promise<void>((resolve, reject) => {
    socket.on("open", () => resolve())
    socket.on("close", () => reject(new Error(`${url} was closed before it opened`)))
  })
  const next = (): Promise<Json | null> => {
    const frame = heard.shift()
    return frame === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(frame)
  }
  /** The first frame that fits; others before it are dropped. */
  const until = async (fits: (frame: Json) => boolean): Promise<Json> => {
    for (let i = 0; i < MAX_FRAMES; i++) {
      const frame = await next()
      if (frame === null) throw new Error("the socket was closed")
      if (fits(frame)) return frame
    }
    throw new Error(`no such frame among ${MAX_FRAMES}`)
  }
  const ask = (frame: Json): void => socket.send(JSON.stringify(frame))
  return { ask, next, until, closed, close: () => socket.close() }
}
