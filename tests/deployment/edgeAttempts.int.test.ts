/** Attempts at the control plane over real sockets, each with the refusal it gets. The table is printed. */
import { connect, type Socket } from "node:net"
import { once } from "node:events"
import { Context, Effect, Exit, Layer, Scope, Stream } from "effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ControlPlane, controlPlaneLayer } from "../../services/control-plane/layer.ts"
import { MAX_CONNECTIONS_PER_PLACE, MAX_PER_ADDRESS } from "../../services/control-plane/http/connections.ts"
import { SECURITY_HEADERS } from "../../services/control-plane/http/door.ts"
import { configured, opening } from "../../services/control-plane/testing/examples.ts"
import { handMoved, OPTIONS, SUBJECTS, TOKEN } from "../../services/control-plane/testing/views.ts"

let port = 0
let commands: () => Promise<number>
const scope = Effect.runSync(Scope.make())
const table: Array<string> = []

/** A control plane of its own. */
const served = Effect.gen(function* () {
  const { views, journal } = yield* handMoved([...opening, configured])
  const options = { ...OPTIONS, allowedHosts: ["kennel.example"] }
  const built = yield* Layer.build(controlPlaneLayer(options).pipe(Layer.provide(views)))
  const count = journal.read({ from: 1, filter: SUBJECTS.command("*") }).pipe(
    Stream.runCollect,
    Effect.map((records) => records.length)
  )
  return { port: Context.get(built, ControlPlane).port, commands: () => Effect.runPromise(count) }
})

beforeAll(async () => {
  ;({ port, commands } = await Effect.runPromise(Scope.provide(served, scope)))
})
afterAll(async () => {
  process.stdout.write(`${["attempt: outcome", ...table].join("\n")}\n`)
  await Effect.runPromise(Scope.close(scope, Exit.void))
})

const opened = async (localAddress?: string, at = port): Promise<Socket> => {
  const socket = connect({ port: at, host: "127.0.0.1", ...(localAddress === undefined ? {} : { localAddress }) })
  // A connection that the server ends may break at either side's pace.
  socket.on("error", () => undefined)
  await once(socket, "connect")
  return socket
}

/** Everything that comes back, to the connection's end, however it ends: a broken one is told behind what was heard. */
const heard = (socket: Socket): Promise<string> => {
  let text = ""
  socket.on("data", (chunk: Buffer) => (text += chunk.toString()))
  socket.on("error", ({ message }) => (text += `\n(${message})`))
  return new Promise((resolve) => socket.once("close", () => resolve(text)))
}

const exchange = async (request: string, at = port): Promise<string> => {
  const socket = await opened(undefined, at)
  const answer = heard(socket)
  socket.write(request)
  return await answer
}

/** Of what the attempts before have used up: a fast machine asks again some hundred times until the operator's second is over. */
const MOST_TRIES = 5_000
const whenFree = async (ask: () => Promise<string>, tries = MOST_TRIES): Promise<string> => {
  const answer = await ask()
  return statusOf(answer) === 429 && tries > 0 ? await whenFree(ask, tries - 1) : answer
}

const HERE = { Host: "127.0.0.1", Connection: "close" }
const JSON_TYPE = { "Content-Type": "application/json" }
const OURS = { ...JSON_TYPE, Authorization: `Bearer ${TOKEN}` }

const requestOf = (line: string, headers: Readonly<Record<string, string>>, body = ""): string => {
  const length = body === "" ? {} : { "Content-Length": String(Buffer.byteLength(body)) }
  const lines = Object.entries({ ...HERE, ...headers, ...length }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${line} HTTP/1.1\r\n${lines.join("")}\r\n${body}`
}

const pause = (headers: Readonly<Record<string, string>>, body = '{"action":"pause"}') =>
  requestOf("POST /api/action", headers, body)

const get = (path: string, headers: Readonly<Record<string, string>> = {}) => requestOf(`GET ${path}`, headers)

const ATTEMPTS: ReadonlyArray<readonly [attempt: string, request: string, status: number]> = [
  ["a change without a token", pause(JSON_TYPE), 401],
  ["a change with a wrong token", pause({ ...JSON_TYPE, Authorization: "Bearer wrong" }), 401],
  [
    "a change with the token in the address",
    requestOf(`POST /api/action?token=${encodeURIComponent(TOKEN)}`, JSON_TYPE, "{}"),
    401
  ],
  ["a change by another method", requestOf("PUT /api/action", OURS, '{"action":"pause"}'), 405],
  ["a change by GET", get("/api/action?action=pause", OURS), 405],
  ["another site's page", pause({ ...OURS, Origin: "https://evil.example" }), 403],
  ["another port's page", pause({ ...OURS, Origin: "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site" }), 403],
  ["a sandboxed page", pause({ ...OURS, Origin: "null" }), 403],
  ["a page that its browser calls cross-site", pause({ ...OURS, "Sec-Fetch-Site": "cross-site" }), 403],
  ["a form of another site", pause({ "Content-Type": "text/plain", Origin: "https://evil.example" }), 415],
  ["a form", pause({ "Content-Type": "application/x-www-form-urlencoded" }, "action=pause"), 415],
  ["a preflight", requestOf("OPTIONS /api/action", { "Access-Control-Request-Method": "POST" }), 405],
  ["another site's script of the status", get("/api/status", { "Sec-Fetch-Site": "cross-site" }), 403],
  ["another site's stream", get("/api/stream", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors" }), 403],
  ["a rebound name, reading", get("/api/status", { Host: "evil.example" }), 421],
  ["a rebound name, acting", pause({ ...OURS, Host: "evil.example", Origin: "http://evil.example" }), 421],
  ["a rebound name that begins like ours", get("/", { Host: "127.0.0.1.evil.example" }), 421],
  ["a rebound name with ours as its user", get("/", { Host: "127.0.0.1@evil.example" }), 421],
  ["an absolute address with another's name", get("http://evil.example/", { Host: "evil.example" }), 421],
  ["no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 421],
  ["no host, of an older HTTP", "GET / HTTP/1.0\r\n\r\n", 421],
  ["an address longer than any", get(`/${"x".repeat(20_000)}`), 431],
  ["a header longer than any", get("/", { Cookie: "x".repeat(20_000) }), 431],
  [
    "headers without end",
    get("/", Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`X-${i}`, "12345"]))),
    431
  ],
  ["a body larger than any", pause(OURS, `"${"x".repeat(20_000)}"`), 413],
  ["a body in a coding that grows", pause({ ...OURS, "Content-Encoding": "br" }), 415],
  [
    "a header that runs into the token's line",
    pause({ "Content-Type": `application/json  Authorization: Bearer ${TOKEN}` }),
    415
  ],
  ["a host that runs into the token's line", get("/", { Host: `127.0.0.1 Authorization: Bearer ${TOKEN}` }), 421],
  ["an origin that runs into the token's line", pause({ ...OURS, Origin: `x Authorization: Bearer ${TOKEN}` }), 403],
  [
    "a coding that runs into the token's line",
    pause({ ...OURS, "Content-Encoding": `br Authorization: Bearer ${TOKEN}` }),
    415
  ],
  ["a body with two lengths", pause({ ...OURS, "content-length": "5" }), 400],
  ["a smuggled second request", pause({ ...OURS, "Transfer-Encoding": "chunked" }), 400],
  ["a body that names its action twice", pause(OURS, '{"action":"resume","action":"pause"}'), 400],
  ["the same with spaces", pause(OURS, '{"action":"resume" , "action" :"pause"}'), 400],
  ["a body nested without end", pause(OURS, `{"action":"pause","note":${"[".repeat(7_000)}${"]".repeat(7_000)}}`), 400],
  ["no request at all", "\u0000\u0001\u0002\r\n\r\n", 400],
  ["a file of the machine", get("/page/../../../../etc/passwd"), 404],
  ["a file of the machine, encoded", get("/page/%2e%2e%2f%2e%2e%2fsettings.ts"), 404],
  ["a name of JavaScript's own as a file", get("/__proto__"), 404],
  ["a query of JavaScript's own names", get("/nothing?__proto__[x]=1&constructor=1"), 404],
  ...["__proto__", "constructor", "toString", "hasOwnProperty"].flatMap(
    (name) =>
      [
        [`the action ${name}`, pause(OURS, `{"action":"${name}"}`), 400],
        [`the argument ${name}`, pause(OURS, `{"action":"pause","${name}":{"note":"x"}}`), 400]
      ] as const
  )
]

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])

describe("an attempt at the control plane", () => {
  test.each(ATTEMPTS)("%s is refused", async (attempt, request, status) => {
    const answer = await whenFree(() => exchange(request))
    expect(statusOf(answer), answer).toBe(status)
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) expect(answer).toContain(`${name}: ${value}\r\n`)
    expect(answer).not.toMatch(/access-control-allow/i)
    expect(answer).not.toContain(TOKEN)
    expect(answer).not.toMatch(/\bat .*\.ts:\d+/)
    expect(await commands()).toBe(0)
    table.push(`${attempt}: ${status}`)
  })

  test.each([
    ["localhost", 200],
    ["LOCALHOST.", 200],
    ["[::1]:8080", 200],
    ["kennel.example", 200],
    ["10.0.0.1", 421]
  ])("asked for by %s it answers %i", async (host, status) => {
    const answer = await exchange(get("/health", { Host: host }))
    expect(statusOf(answer)).toBe(status)
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) expect(answer).toContain(`${name}: ${value}\r\n`)
  })

  test("requests without the token take no action of the operator away", async () => {
    // Not the one of the attempts before: they have spent of what the operator may do in a second.
    const { port: at } = await Effect.runPromise(Scope.provide(served, scope))
    const strangers = await Promise.all(Array.from({ length: 40 }, () => exchange(pause(JSON_TYPE), at)))
    expect(new Set(strangers.map(statusOf))).toEqual(new Set([401, 429]))
    const preview = '{"action":"pause","preview":true}'
    expect(statusOf(await exchange(pause(OURS, preview), at))).toBe(200)
    table.push("40 changes at once without a token: 401 and 429, the operator's own 200")
  })

  test("slow headers, slow bodies and silence end the connection", { timeout: 40_000 }, async () => {
    const began = async (first: string) => {
      const socket = await opened()
      const answer = heard(socket)
      socket.write(first)
      return await answer
    }
    const slowBody = pause({ ...OURS, "Content-Length": "1000" }, "").replace("\r\n\r\n", "\r\n\r\n{")
    const [headers, body, silence] = await Promise.all([
      began("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "),
      whenFree(() => began(slowBody)),
      began("")
    ])
    expect(statusOf(headers), headers).toBe(408)
    expect(statusOf(body), body).toBe(408)
    expect([0, 408], silence).toContain(statusOf(silence) || 0)
    table.push(
      "headers that do not end: 408",
      "a body that does not end: 408",
      "a connection that says nothing: closed"
    )
  })

  test("one that connects and never leaves pushes out its own connections alone", { timeout: 30_000 }, async () => {
    const stream = await opened("127.0.0.1")
    stream.write(get("/api/stream"))
    await once(stream, "data")
    const sockets = []
    for (let i = 0; i < 3 * MAX_CONNECTIONS_PER_PLACE; i++) {
      const socket = await opened(`127.0.0.${2 + (i % 7)}`)
      socket.resume()
      sockets.push(socket)
      // Each newcomer is answered, however many stand there already.
    }
    expect(statusOf(await exchange(get("/health")))).toBe(200)
    const open = sockets.filter(({ closed }) => !closed)
    expect(open.length).toBeLessThan(MAX_CONNECTIONS_PER_PLACE)
    expect(stream.closed).toBe(false)
    for (const socket of [...open, stream]) socket.destroy()
    table.push(
      `${sockets.length} silent connections from seven addresses: ${open.length} left, everybody else is answered`
    )
  })

  test("one that opens streams and never leaves has half of them", async () => {
    const streams = await Promise.all(
      Array.from({ length: 2 * MAX_PER_ADDRESS }, async (_, i) => {
        const socket = await opened(`127.0.0.${2 + (i % 5)}`)
        socket.write(get("/api/stream"))
        const [first] = (await once(socket, "data")) as [Buffer]
        return { socket, status: statusOf(first.toString()) }
      })
    )
    expect(streams.filter(({ status }) => status === 200)).toHaveLength(MAX_PER_ADDRESS)
    for (const { socket } of streams) socket.destroy()
    table.push(`${streams.length} streams from five addresses of loopback: ${MAX_PER_ADDRESS} open, the rest 503`)
  })

  test("one that asks on and on, and reads nothing, is not read either", async () => {
    const socket = await opened()
    socket.pause()
    const requests = "GET /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(2_000)
    // Until the server takes no more: what it has not read stands in the sender's own buffer.
    const limit = 100_000_000
    let sent = 0
    while (sent < limit && socket.writableLength < 4_000_000) {
      socket.write(requests)
      sent += requests.length
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(sent).toBeLessThan(limit)
    expect(statusOf(await exchange(get("/health")))).toBe(200)
    socket.destroy()
    table.push("requests without end in a pipeline that nobody reads: not read beyond the buffers, others are answered")
  })
})
