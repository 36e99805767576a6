/**
 * The status ahead of every other route: it is asked for most, and it stands ready as bytes. So it is answered by itself, with the headers that
 * every answer carries, and nothing is made for a request.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http"
import { type makeDoor, SECURITY_HEADERS } from "./door.ts"
import type { Published } from "./publisher.ts"

/** Where the status is; the second name is for pollers of the bot that Kennel began with. As loose as every other route. */
const STATUS = /^\/api\/(?:swarm\/)?status\/?(?:\?|$)/i

const HEADERS = Object.entries({ ...SECURITY_HEADERS, "Cache-Control": "no-cache" }).flat()

const isKnown = (asked: string | undefined, tag: string): boolean =>
  asked !== undefined && asked.split(",").some((one) => one.trim() === tag)

/** Answers whom the door lets in and who asks for the status; everything else goes on to `next`. */
export const statusFirst = (
  latest: () => Pick<Published, "bytes" | "tag">,
  door: ReturnType<typeof makeDoor>,
  next: RequestListener
): RequestListener => {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { bytes, tag } = latest()
    const headers = [...HEADERS, "ETag", tag()]
    if (isKnown(request.headers["if-none-match"], tag())) {
      response.writeHead(304, headers).end()
      return
    }
    headers.push("Content-Type", "application/json; charset=utf-8", "Content-Length", String(bytes.length))
    response.writeHead(200, headers).end(request.method === "HEAD" ? undefined : bytes)
  }
  return (request, response) => {
    const { method, url = "" } = request
    const isAsked = (method === "GET" || method === "HEAD") && STATUS.test(url)
    if (isAsked && door(request.headers) === null) answer(request, response)
    else next(request, response)
  }
}
