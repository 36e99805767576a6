import { createServer } from "node:http"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { ActionFailed, exitCodeOf, linesOf, postAction } from "./actions.ts"

const TOKEN = Redacted.make("a token for the tests")
const applied = {
  id: "a",
  result: "applied",
  effects: ["one", "two"],
  reason: null,
  repeated: false,
  hints: [],
  seq: 7
} as const

/** A server that gives every request this answer, and keeps what it was sent. */
const answering = Effect.fn("answering")(function* (status: number, body: unknown) {
  const heard: Array<{ readonly url: string; readonly authorization: string; readonly body: string }> = []
  const server = createServer((request, response) => {
    let text = ""
    request.on("data", (chunk: Buffer) => (text += chunk.toString()))
    request.on("end", () => {
      heard.push({ url: request.url ?? "", authorization: request.headers.authorization ?? "", body: text })
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
    })
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
  )
  const address = server.address()
  if (address === null || typeof address === "string") return expect.fail("the server listens on no port")
  return { heard, url: `http://127.0.0.1:${address.port}/` }
})

describe("an action from the command line", () => {
  it.live("is posted with the token and comes back with its effects", () =>
    Effect.gen(function* () {
      const { url, heard } = yield* answering(200, applied)
      const reply = yield* postAction(url, TOKEN, { action: "pause", note: "storm" })
      expect(reply).toMatchObject({ id: "a", result: "applied", effects: ["one", "two"] })
      expect(heard).toStrictEqual([
        {
          url: "/api/action",
          authorization: "Bearer a token for the tests",
          body: '{"action":"pause","note":"storm"}'
        }
      ])
    })
  )

  it.live.each([
    [401, { detail: "no token" }, "no token"],
    [503, { detail: "the journal is away", id: "a-1" }, "the journal is away (id a-1)"],
    [200, { hello: "world" }, "answered 200 with something else than an action's answer"]
  ] as const)("that is answered %i is one line that says why", ([status, body, expected]) =>
    Effect.gen(function* () {
      const { url } = yield* answering(status, body)
      const error = yield* Effect.flip(postAction(url, TOKEN, { action: "pause" }))
      expect(error.message).toBe(`${url}api/action: ${expected}`)
    })
  )

  it.live("that nobody hears names the address, and not the token", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(postAction("http://127.0.0.1:1/", TOKEN, { action: "pause" }))
      expect(error).toBeInstanceOf(ActionFailed)
      expect(error.message).toMatch(/^http:\/\/127\.0\.0\.1:1\/api\/action: no answer \(.+\): is the market running/)
      expect(error.message).not.toContain(Redacted.value(TOKEN))
    })
  )
})

describe("its answer", () => {
  const why = { rule: "already_paused", numbers: {}, sentence: "An operator has paused the market already." }

  it.each([
    ["applied", null, 0, ["pause applied", "  one", "  two", "id a"]],
    ["refused", why, 1, ["pause refused: An operator has paused the market already.", "  one", "  two", "id a"]],
    ["would_apply", null, 0, ["pause would be applied", "  one", "  two", "id a"]],
    [
      "would_refuse",
      why,
      1,
      ["pause would be refused: An operator has paused the market already.", "  one", "  two", "id a"]
    ]
  ] as const)("%s is told line by line", (result, reason, code, lines) => {
    expect(linesOf("pause", { ...applied, result, reason })).toStrictEqual(lines)
    expect(exitCodeOf(result)).toBe(code)
  })

  it("that has not come yet ends with 2 and says how to ask again", () => {
    expect(linesOf("pause", { ...applied, result: "pending", effects: [] })[0] ?? "").toMatch(
      /Ask again with the same --id$/
    )
    expect(exitCodeOf("pending")).toBe(2)
  })

  it("names what has another name now", () => {
    expect(linesOf("pause", { ...applied, hints: ["slot is called slot_id"] })).toContain(
      "hint: slot is called slot_id"
    )
  })

  it("to an id that was used before says so", () => {
    expect(linesOf("pause", { ...applied, repeated: true })[0] ?? "").toMatch(/this id was used before/)
  })
})
