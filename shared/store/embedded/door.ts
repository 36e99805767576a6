/**
 * The way into an embedded store for other commands of the same user: PostgreSQL's files belong to one process, so that one answers on
 * loopback as PostgREST would, to whoever shows the token. Address and token stand in a file of the store's directory that only this
 * user can read, and are new with every opening.
 */
import { randomBytes, timingSafeEqual } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect, Redacted, type Scope } from "effect"
import { keepAddress, readAddress } from "../../files/address.ts"
import { sendRequest } from "../../http/request.ts"
import { holderOf } from "../../journal/embedded/directory/lock.ts"
import { StoreOpenError } from "../port.ts"
import type { Fetch, SupabaseOptions } from "../supabase/client.ts"

const HOST = "127.0.0.1"
/** A thousand candles are some 200 kB. */
const MAX_BODY_BYTES = 16 * 1024 * 1024
/** A backfill has a worker or four; a few commands at once are plenty. */
const MAX_CONNECTIONS = 64

const readBody = async (request: IncomingMessage): Promise<string | null> => {
  const pieces: Array<Buffer> = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > MAX_BODY_BYTES) return null
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString("utf8")
}

const shows = (request: IncomingMessage, token: string): boolean => {
  const [shown, wanted] = [Buffer.from(request.headers.authorization ?? ""), Buffer.from(`Bearer ${token}`)]
  return shown.length === wanted.length && timingSafeEqual(shown, wanted)
}

const answer = async (
  fetch: Fetch,
  token: string,
  request: IncomingMessage,
  response: ServerResponse
): Promise<void> => {
  const end = (status: number, message: string) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ code: "KENNEL", message }))
  if (!shows(request, token)) return void end(401, "no valid token")
  const body = await readBody(request)
  if (body === null) return void end(413, `more than ${MAX_BODY_BYTES} bytes`)
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  const reply = await fetch(`http://${HOST}${request.url ?? "/"}`, { method: request.method ?? "GET", headers, body })
  const text = await reply.text()
  response.writeHead(reply.status, Object.fromEntries(reply.headers)).end(text)
}

const listening = (fetch: Fetch, token: string): Effect.Effect<number, Error, Scope.Scope> => {
  const server = createServer((request, response) => {
    answer(fetch, token, request, response).catch(() => response.destroy())
  })
  server.maxConnections = MAX_CONNECTIONS
  return Effect.acquireRelease(
    Effect.callback<number, Error>((resume) => {
      server.once("error", (error) => resume(Effect.fail(error)))
      server.listen(0, HOST, () => resume(Effect.succeed((server.address() as AddressInfo).port)))
    }),
    () =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  )
}

/** Lets other processes in as long as the scope. Where no port can be had the store is this process's alone, and that is said. */
export const openDoor = (directory: string, fetch: Fetch): Effect.Effect<void, never, Scope.Scope> => {
  const token = randomBytes(24).toString("base64url")
  return listening(fetch, token).pipe(
    Effect.flatMap((port) => keepAddress(directory, { url: `http://${HOST}:${port}`, token })),
    Effect.catch((error) =>
      Effect.logWarning(`store: ${directory}: no other command can look into it: ${error.message}`)
    )
  )
}

/** Whoever is asked is on this machine. */
const KNOCK_TIMEOUT_MS = 5_000

const knock = ({ url, token }: { readonly url: string; readonly token: string }) =>
  sendRequest(
    `${url}/rest/v1/symbols?select=symbol&limit=1`,
    { headers: { authorization: `Bearer ${token}` } },
    KNOCK_TIMEOUT_MS
  ).pipe(
    Effect.map(({ status }) => status === 200),
    Effect.catch(() => Effect.succeed(false))
  )

/** How the process that has the store open is asked; null: nobody has it. Fails where somebody has, and does not answer. */
export const throughDoor = Effect.fnUntraced(function* (
  directory: string
): Effect.fn.Return<Pick<SupabaseOptions, "url" | "key"> | null, StoreOpenError> {
  const pid = holderOf(directory)
  if (pid === null) return null
  const { url = "", token = "" } = readAddress(directory) ?? {}
  if (url !== "" && (yield* knock({ url, token }))) return { url, key: Redacted.make(token) }
  const detail = `in use by process ${pid}, which does not answer: it starts or stops just now, or is of an older build; try again`
  return yield* new StoreOpenError({ where: directory, detail })
})
