import { request } from "node:http"
import { describe, expect, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { decode } from "../../../shared/actor/control/decode.ts"
import { sentenceOf } from "../../../shared/core/rules/sentence.ts"
import type { Reason } from "../../../shared/events/reason.ts"
import { encodeEntry } from "../../../shared/events/envelope.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import type { MemoryJournalOptions } from "../../../shared/journal/memory.ts"
import { configured, opening, price } from "../testing/examples.ts"
import { ACTIONS_PER_SEC, MAX_BODY_BYTES } from "./gate.ts"
import { ControlPlane, controlPlaneLayer } from "../layer.ts"
import type { StatusReport } from "../core/report.ts"
import { handMoved, OPTIONS, SUBJECTS, TOKEN } from "../testing/views.ts"

interface Posted {
  readonly status: number
  readonly type: string | null
  readonly body: Record<string, unknown>
}

const reason = { rule: "done", numbers: { author: "api" } } as const
/** As an answer says it. */
const spoken = (why: Reason) => ({ ...why, sentence: sentenceOf(why) })
const applies = (commandId: string): readonly [MarketEvent, MarketEvent] => [
  { _tag: "ModeChanged", mode: "PAUSED", reason },
  { _tag: "CommandApplied", commandId, reason }
]
/** Refused, beside something else that the same input led to. */
const refuses = (commandId: string): readonly [MarketEvent, MarketEvent] => [
  { _tag: "CapacityBandChanged", band: "normal", reason },
  { _tag: "CommandRefused", commandId, reason: { rule: "already_paused", numbers: {} } }
]

/** A server over the market; a second one over the same is what a restart is to whoever asks. */
const serveOver = Effect.fn("serveOver")(function* (market: Effect.Success<ReturnType<typeof handMoved>>) {
  const layer = controlPlaneLayer(OPTIONS).pipe(Layer.provide(market.views))
  const { url, port } = Context.get(yield* Layer.build(layer), ControlPlane)
  const post = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    Effect.promise(async (): Promise<Posted> => {
      const response = await fetch(new URL("/api/action", url), {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${TOKEN}`, ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body)
      })
      const type = response.headers.get("content-type")
      return { status: response.status, type, body: (await response.json()) as Record<string, unknown> }
    })
  const commands = market.journal.read({ from: 1, filter: SUBJECTS.command("*") }).pipe(
    Stream.mapEffect(decode),
    Stream.runCollect,
    Effect.map((records) => [...records])
  )
  return { url, port, post, commands }
})

/** A server over a market; the governor answers once a test says how. */
const serve = Effect.fn("serve")(function* (
  history: ReadonlyArray<MarketEvent> = [...opening, configured],
  journal: MemoryJournalOptions = {}
) {
  const market = yield* handMoved(history, journal)
  return { market, ...(yield* serveOver(market)) }
})

describe("an action", () => {
  it.effect("is written once on its id's own subject and answered with what the governor did", () =>
    Effect.gen(function* () {
      const { market, post, commands } = yield* serve()
      yield* market.govern(applies)
      const { status, body } = yield* post({
        action: "pause",
        id: "p-1",
        author: "ann",
        note: "storm",
        shown: ["it stops"]
      })
      expect(status).toBe(200)
      expect(body).toStrictEqual({
        id: "p-1",
        result: "applied",
        effects: ["ModeChanged"],
        reason: spoken(reason),
        repeated: false,
        hints: [],
        seq: 3
      })
      const written = (yield* commands).map(({ subject, writer, epoch, events }) => ({
        subject,
        writer,
        epoch,
        events
      }))
      const asked = {
        _tag: "CommandIssued",
        commandId: "p-1",
        author: "ann",
        command: { name: "pause", note: "storm" },
        preview: ["it stops"]
      }
      expect(written).toStrictEqual([
        { subject: "market.XDGUSD.command.p-1", writer: "control-plane", epoch: 3, events: [asked] }
      ])
    })
  )

  it.effect("gets an id when it has none, and the status names it with its answer", () =>
    Effect.gen(function* () {
      const { market, url, post } = yield* serve()
      yield* market.govern(refuses)
      const { status, body } = yield* post({ action: "pause" })
      expect(status).toBe(409)
      expect(body).toEqual(
        expect.objectContaining({
          result: "refused",
          effects: [],
          reason: spoken({ rule: "already_paused", numbers: {} })
        })
      )
      expect(String(body["id"])).toMatch(/^[0-9a-f-]{36}$/)
      yield* market.append(price("0.141"))
      yield* TestClock.adjust("1 second")
      const response = yield* Effect.promise(() => fetch(`${url}api/status`))
      const { commands } = (yield* Effect.promise(() => response.json())) as StatusReport
      const shown = commands.map(({ id, author, text, result, reason }) => [id, author, text, result, reason])
      expect(shown).toStrictEqual([
        [body["id"], "api", "pause", "refused", "An operator has paused the market already."]
      ])
    })
  )

  it.effect("sent again under its id changes nothing and is answered as the first time", () =>
    Effect.gen(function* () {
      const { market, post, commands } = yield* serve()
      yield* market.govern(applies)
      const first = yield* post({ action: "add_slot", id: "a" })
      const again = yield* post({ action: "add_slot", id: "a", count: 1 })
      expect(again).toStrictEqual({ ...first, body: { ...first.body, repeated: true } })
      expect(yield* commands).toHaveLength(1)
    })
  )

  it.effect("is still known by its id when the journal has forgotten to look for duplicates", () =>
    Effect.gen(function* () {
      const { market, post, commands } = yield* serve(undefined, { duplicateWindowMs: 1_000 })
      yield* market.govern(applies)
      yield* post({ action: "add_slot", id: "a" })
      yield* TestClock.adjust("1 hour")
      expect((yield* post({ action: "add_slot", id: "a" })).body).toMatchObject({
        result: "applied",
        repeated: true,
        seq: 3
      })
      expect(yield* commands).toHaveLength(1)
    })
  )

  it.effect("is still known by its id after a restart of the server", () =>
    Effect.gen(function* () {
      const { market, post } = yield* serve()
      yield* market.govern(applies)
      const first = yield* post({ action: "pause", id: "a" })
      const again = yield* (yield* serveOver(market)).post({ action: "pause", id: "a" })
      expect(again).toStrictEqual({ ...first, body: { ...first.body, repeated: true } })
    })
  )

  it.effect("is refused under an id that stands for another one", () =>
    Effect.gen(function* () {
      const { market, post, commands } = yield* serve()
      yield* market.govern(applies)
      yield* post({ action: "pause", id: "a" })
      const { status, body } = yield* post({ action: "resume", id: "a" })
      expect(status).toBe(409)
      expect(body).toMatchObject({ result: "refused", repeated: false, effects: [] })
      expect(body["reason"]).toStrictEqual(
        spoken({
          rule: "id_used_for_another_command",
          numbers: { command: '{"name":"pause","note":""}' }
        })
      )
      expect(yield* commands).toHaveLength(1)
    })
  )

  it.effect(
    "that another service has its part in is answered when that has come, past what else the governor says",
    () =>
      Effect.gen(function* () {
        const { market, post } = yield* serve()
        const asking = yield* Effect.forkScoped(post({ action: "retrain", id: "a" }))
        const [asked] = yield* market.journal
          .tail({ from: 1, filter: SUBJECTS.command("a") })
          .pipe(Stream.take(1), Stream.runCollect)
        const notice = { _tag: "NoticeRaised", severity: "info", reason } as const
        const said: ReadonlyArray<readonly [MarketEvent, ...ReadonlyArray<MarketEvent>]> = [
          [{ _tag: "RetrainAsked", commandId: "a", intervals: [1] }],
          [{ _tag: "CommandRefused", commandId: "another", reason }],
          [notice, { _tag: "CommandApplied", commandId: "a", reason }]
        ]
        for (const [index, events] of said.entries()) {
          const cause = index === 0 ? (asked?.seq ?? 0) : 100 + index
          const envelope = { epoch: 1, timeMs: 0, writer: "governor", cause, events } as const
          yield* market.journal.append(encodeEntry(SUBJECTS.out("governor"), `1.governor.${cause}`, envelope))
        }
        const { status, body } = yield* Fiber.join(asking)
        expect(status).toBe(200)
        expect(body).toEqual(
          expect.objectContaining({ result: "applied", effects: ["NoticeRaised"], reason: spoken(reason), seq: 4 })
        )
      })
  )

  it.effect("is accepted without an answer when the governor is silent for ten seconds, and answered later", () =>
    Effect.gen(function* () {
      const { market, post } = yield* serve()
      const waiting = yield* Effect.forkScoped(post({ action: "pause", id: "a" }))
      // Real sockets, simulated time: let it arrive before time moves.
      yield* market.journal.tail({ from: 1, filter: SUBJECTS.command("a") }).pipe(Stream.runHead)
      for (let sec = 0; sec < 11; sec++) yield* TestClock.adjust("1 second")
      const { status, body } = yield* Fiber.join(waiting)
      expect(status).toBe(202)
      expect(body).toMatchObject({ id: "a", result: "pending", effects: [], reason: null, seq: null })
      yield* market.govern(applies)
      expect((yield* post({ action: "pause", id: "a" })).body).toMatchObject({ result: "applied", repeated: true })
    })
  )

  it.effect("that the journal does not take is a 503 with the id to send it again under", () =>
    Effect.gen(function* () {
      const { post } = yield* serve(undefined, { fault: () => "lost-before-commit" })
      const { status, body } = yield* post({ action: "pause" })
      expect(status).toBe(503)
      expect(String(body["detail"])).toMatch(/nothing stored; whether it was written is not known: send it again/)
      expect(String(body["id"])).toMatch(/^[0-9a-f-]{36}$/)
    })
  )
})

describe("an argument", () => {
  it.effect("by the name it had once is understood, and the answer says its name of today", () =>
    Effect.gen(function* () {
      const { market, post, commands } = yield* serve()
      yield* market.govern(applies)
      const { status, body } = yield* post({ action: "soft_close", slot: 1, recoveryId: 2, id: "a" })
      expect(status).toBe(200)
      expect(body["hints"]).toStrictEqual(["slot is called slot_id", "recoveryId is called recovery_id"])
      const [written] = yield* commands
      expect(written?.events[0]).toMatchObject({ command: { name: "soft_close", slot: 1, recoveryId: 2 } })
    })
  )

  it.effect("that a setting fills in stands in the journal as a number", () =>
    Effect.gen(function* () {
      const { market, post, commands } = yield* serve()
      yield* market.govern(applies)
      yield* post({ action: "cancel_stale_recoveries", id: "a" })
      const [written] = yield* commands
      expect(written?.events[0]).toMatchObject({
        command: { name: "cancel_stale_recoveries", minDistancePct: 3, count: 8 }
      })
    })
  )
})

describe("a preview", () => {
  it.effect("says what would happen, and writes nothing", () =>
    Effect.gen(function* () {
      const { market, post, commands } = yield* serve()
      yield* market.setPreview({
        answer: { _tag: "CommandApplied", commandId: "x", reason },
        effects: ["mode becomes PAUSED"]
      })
      const { status, body } = yield* post({ action: "pause", preview: true })
      expect(status).toBe(200)
      expect(body).toStrictEqual({
        id: null,
        result: "would_apply",
        effects: ["mode becomes PAUSED"],
        reason: spoken(reason),
        repeated: false,
        hints: [],
        seq: null
      })
      expect(yield* commands).toHaveLength(0)
    })
  )

  it.effect("says why it would be refused", () =>
    Effect.gen(function* () {
      const { market, post } = yield* serve()
      const why = { rule: "already_running", numbers: { mode: "RUNNING" } } as const
      yield* market.setPreview({ answer: { _tag: "CommandRefused", commandId: "x", reason: why }, effects: [] })
      const { status, body } = yield* post({ action: "resume", preview: true })
      expect(status).toBe(200)
      expect(body).toEqual(expect.objectContaining({ result: "would_refuse", reason: spoken(why) }))
    })
  )
})

describe("a wrong body", () => {
  it.effect.each([
    ["no JSON", "{", /^the body is no JSON/],
    ["no object", "[1]", /^the body is no JSON object such as/],
    ["no action", {}, /^action is missing: expected one of pause, resume, add_slot/],
    ["an unknown action", { action: "stop" }, /^action="stop": expected one of pause, resume/],
    ["a count of 0", { action: "add_slot", count: 0 }, /^count=0: expected a value between 1 and 100$/],
    ["a count of 101", { action: "remove_slots", count: 101 }, /^count=101: expected a value between 1 and 100$/],
    ["a count as text", { action: "add_slot", count: "2" }, /^count="2": expected number$/],
    ["no count where it is needed", { action: "remove_slots" }, /^count is missing: expected number$/],
    ["half a slot", { action: "remove_slot", slot_id: 1.5 }, /^slot_id=1\.5: expected an integer$/],
    ["slot 0", { action: "remove_slot", slot_id: 0 }, /^slot_id=0: expected a value greater than 0$/],
    ["no slot", { action: "soft_close", recovery_id: 1 }, /^slot_id is missing: expected number$/],
    ["a percentage above 50", { action: "set_entry_pct", pct: 51 }, /^pct=51: expected a value between 0\.01 and 50$/],
    ["a timeframe that is none", { action: "retrain", timeframe: "soon" }, /^timeframe="soon": expected .*\[mhdw\]/],
    ["an unknown source", { action: "add_layer", source: "btc" }, /^source="btc": expected "auto" \| "doge" \| "usd"/],
    [
      "a limit that is no amount",
      { action: "set_daily_loss_limit", limit: "3 USD" },
      /^limit="3 USD": "3 USD" is not a decimal/
    ],
    [
      "a limit below 0",
      { action: "set_daily_loss_limit", limit: "-1" },
      /^limit="-1": expected an amount of 0 or more/
    ],
    [
      "a negative distance",
      { action: "cancel_stale_recoveries", min_distance_pct: -1, count: 1 },
      /^min_distance_pct=-1: expected/
    ],
    [
      "a field of another action",
      { action: "pause", slot_id: 1 },
      /^slot_id=1: pause has no such field; it has note, id, author/
    ],
    [
      "one argument under two names",
      { action: "remove_slot", slot: 1, slot_id: 1 },
      /^slot=1: is what slot_id was called once; give slot_id alone$/
    ],
    ["an id with a dot", { action: "resume", id: "a.b" }, /^id="a\.b": expected .*\[A-Za-z0-9_-\]\{1,64\}/],
    ["an empty author", { action: "resume", author: "" }, /^author="": expected/],
    ["a preview that is no flag", { action: "resume", preview: "yes" }, /^preview="yes": expected boolean$/]
  ] as const)("is named by its field: %s", ([_what, body, expected]) =>
    Effect.gen(function* () {
      const { post, commands } = yield* serve()
      const answer = yield* post(body)
      expect(answer.status).toBe(400)
      expect(answer.type).toBe("application/problem+json; charset=utf-8")
      expect(String(answer.body["detail"])).toMatch(expected)
      expect(yield* commands).toHaveLength(0)
    })
  )

  it.effect("larger than the limit is turned away, one at the limit is read", () =>
    Effect.gen(function* () {
      const { post } = yield* serve()
      const fill = (bytes: number) => JSON.stringify({ action: "resume", author: "" }).padEnd(bytes)
      expect((yield* post(fill(MAX_BODY_BYTES + 1))).status).toBe(413)
      expect((yield* post(fill(MAX_BODY_BYTES))).status).toBe(400)
    })
  )
})

describe("who may act", () => {
  const action = { action: "resume", preview: true }

  it.effect.each([
    ["no token", { authorization: "" }, 401, /^no token: send the header Authorization/],
    ["another token", { authorization: "Bearer another" }, 401, /^the wrong token: /],
    ["the token without its scheme", { authorization: TOKEN }, 401, /^the wrong token: /],
    [
      "a page of another site",
      { origin: "https://evil.example" },
      403,
      /^origin https:\/\/evil\.example: actions are only/
    ],
    ["a page without an origin", { origin: "null" }, 403, /^origin null: /],
    ["a text body", { "content-type": "text/plain" }, 415, /^content-type is text\/plain: send the action as JSON/]
  ] as const)("turns %s away", ([_who, headers, status, detail]) =>
    Effect.gen(function* () {
      const { market, post, commands } = yield* serve()
      yield* market.govern(applies)
      const answer = yield* post({ action: "pause" }, headers)
      expect(answer.status).toBe(status)
      expect(String(answer.body["detail"])).toMatch(detail)
      expect(yield* commands).toHaveLength(0)
    })
  )

  it.effect("lets this server's own page act, and not one that a browser calls cross-site", () =>
    Effect.gen(function* () {
      const { port, post } = yield* serve()
      expect((yield* post(action, { origin: `http://127.0.0.1:${port}` })).status).toBe(200)
      // A browser sets this header itself; fetch would not let a program.
      const status = yield* Effect.promise(
        () =>
          new Promise<number | undefined>((resolve) => {
            const headers = {
              "content-type": "application/json",
              authorization: `Bearer ${TOKEN}`,
              "sec-fetch-site": "cross-site"
            }
            const sent = request(
              { port, host: "127.0.0.1", path: "/api/action", method: "POST", headers },
              (response) => {
                response.resume()
                resolve(response.statusCode)
              }
            )
            sent.end(JSON.stringify(action))
          })
      )
      expect(status).toBe(403)
    })
  )

  it.effect("counts by no clock that can be set back: an operator is not shut out for the hour that it goes back", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("2 hours")
      const { post } = yield* serve()
      yield* TestClock.setTime(3_600_000)
      expect((yield* post(action)).status).toBe(200)
    })
  )

  it.effect("lets ten through at once, and more as time passes; wrong tokens are counted apart", () =>
    Effect.gen(function* () {
      const { post } = yield* serve()
      const statuses = yield* Effect.forEach(Array.from({ length: ACTIONS_PER_SEC + 2 }), () => post(action))
      expect(statuses.map(({ status }) => status)).toStrictEqual([
        ...Array.from({ length: ACTIONS_PER_SEC }, () => 200),
        429,
        429
      ])
      yield* TestClock.adjust("100 millis")
      expect((yield* post(action, { authorization: "Bearer guess" })).status).toBe(401)
      expect((yield* post(action)).status).toBe(200)
    })
  )

  it.effect("asks for nothing to read the status, and takes only POST for actions", () =>
    Effect.gen(function* () {
      const { url } = yield* serve()
      const get = (path: string) => Effect.promise(() => fetch(new URL(path, url)))
      expect((yield* get("/api/status")).status).toBe(200)
      const refused = yield* get("/api/action")
      expect(refused.status).toBe(405)
      expect(refused.headers.get("allow")).toBe("POST")
    })
  )
})
