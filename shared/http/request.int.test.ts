import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { HttpTransport, sendRequest } from "./request.ts"

/** A server on this machine, and what was asked of it. */
const serving = Effect.acquireRelease(
  Effect.callback<{ readonly url: string; readonly asked: Array<string>; readonly close: () => void }>((resume) => {
    const asked: Array<string> = []
    const server = createServer((request, response) => {
      asked.push(`${request.headers["accept"]} ${request.url}`)
      if (request.url === "/elsewhere") response.writeHead(302, { location: "/" })
      else response.writeHead(429, { "retry-after": "7" })
      response.end("slower")
    }).listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, asked, close: () => server.close() }))
    })
  }),
  ({ close }) => Effect.sync(close)
)

const INIT = { headers: { accept: "text/plain" } }

describe("a request", () => {
  it.live("goes over the network where nobody says otherwise, and its reply comes whole, whatever its status", () =>
    Effect.gen(function* () {
      const { url, asked } = yield* serving
      const reply = yield* sendRequest(`${url}/page?n=1`, INIT, 10_000)
      expect(reply).toStrictEqual({ status: 429, retryAfter: "7", body: "slower" })
      expect(asked).toStrictEqual(["text/plain /page?n=1"])
      expect(yield* Effect.flip(sendRequest(`${url}/elsewhere`, INIT, 10_000))).toMatchObject({ _tag: "NoReply" })
    })
  )

  it.live("is carried by the transport in force, and then by nothing else", () =>
    Effect.gen(function* () {
      const { url, asked } = yield* serving
      const reply = yield* sendRequest(`${url}/page`, INIT, 10_000).pipe(
        Effect.provideService(HttpTransport, (to, { headers }) =>
          Effect.succeed({ status: 200, retryAfter: null, body: JSON.stringify([to, headers]) })
        )
      )
      expect(JSON.parse(reply.body)).toStrictEqual([`${url}/page`, INIT.headers])
      expect(asked).toStrictEqual([])
    })
  )

  it.effect("is given up after its time, whatever carries it", () =>
    Effect.gen(function* () {
      let given = false
      const never = Effect.onInterrupt(Effect.never, () => Effect.sync(() => void (given = true)))
      const asking = yield* sendRequest("http://nobody", INIT, 5_000).pipe(
        Effect.provideService(HttpTransport, () => never),
        Effect.flip,
        Effect.forkChild
      )
      yield* TestClock.adjust(4_999)
      expect(asking.pollUnsafe()).toBeUndefined()
      yield* TestClock.adjust(1)
      expect(yield* Fiber.join(asking)).toMatchObject({ detail: "no reply within 5000 ms" })
      expect(given).toBe(true)
    })
  )
})
