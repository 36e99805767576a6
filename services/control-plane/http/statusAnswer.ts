/**
 * The status ahead of every other route: it is asked for most, and it stands ready as bytes. So it is answered by itself, with the headers that
 * every answer carries, and nothing is made for a request.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http"
import { type makeDoor, SECURITY_HEADERS } from "./door.ts"
import type { Published } from "./publisher.ts"

/** Where the status is, as a proxy may ask too; the second name is for pollers of the bot that Kennel began with. As loose as every other route. */
const STATUS = /^(?:https?:\/\/[^/]+)?\/api\/(?:swarm\/)?status\/?(?:\?|$)/i

const HEADERS = Object.entries({ ...SECURITY_HEADERS, "Cache-Control": "no-cache" }).flat()

const isKnown = (asked: string | undefined, tag: string): boolean =>
  asked !== undefined && asked.split(",").some((one) => one.trim() === tag)

type Ready = Pick<Published, "bytes" | "tag">

/** Headers of a report, made once for all who ask for it. */
const readyOf = (of: Ready) => {
  const tag = of.tag()
  const unchanged = [...HEADERS, "ETag", tag]
  const about = ["Content-Type", "application/json; charset=utf-8", "Content-Length", String(of.bytes.length)]
  return { of, tag, unchanged, whole: [...unchanged, ...about] }
}

/** Answers whom the door lets in and who asks for the status; everything else goes on to `next`. */
export const statusFirst = (
  latest: () => Ready,
  door: ReturnType<typeof makeDoor>,
  next: RequestListener
): RequestListener => {
  let ready = readyOf(latest())
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const now = latest()
    if (ready.of !== now) ready = readyOf(now)
    const { tag, unchanged, whole } = ready
    if (isKnown(request.headers["if-none-match"], tag)) response.writeHead(304, unchanged).end()
    else response.writeHead(200, whole).end(request.method === "HEAD" ? undefined : now.bytes)
  }
  return (request, response) => {
    const { method, url = "" } = request
    const isAsked = (method === "GET" || method === "HEAD") && STATUS.test(url)
    if (isAsked && door(request.headers) === null) answer(request, response)
    else next(request, response)
  }
}
