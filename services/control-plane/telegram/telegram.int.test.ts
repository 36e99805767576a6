import { inspect } from "node:util"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Logger, Redacted, Result, Stream } from "effect"
import { decode } from "../../../shared/actor/control/decode.ts"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { encodeEntry } from "../../../shared/events/envelope.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { price } from "../testing/examples.ts"
import { handMoved, SUBJECTS } from "../testing/views.ts"
import { MENU } from "./core/commands.ts"
import { telegrafBot } from "./telegrafBot.ts"
import { BOT_TOKEN, botServer, type Fault } from "./testing/botServer.ts"
import { CHAT, chatWorld, pass, passUntil, runChat } from "./testing/chatWorld.ts"

type Market = Effect.Success<ReturnType<typeof handMoved>>

/** A record of another service's, which the views learn of too. */
const record = Effect.fnUntraced(function* (
  market: Market,
  subject: string,
  ...events: readonly [MarketEvent, ...ReadonlyArray<MarketEvent>]
) {
  const writer = subject.split(".").at(-1) ?? ""
  const id = `test.${recorded++}`
  yield* market.journal.append(encodeEntry(subject, id, { epoch: 1, timeMs: 1, writer, cause: null, events }))
})
let recorded = 0

const because = { rule: "operator", numbers: { author: "ann" } } as const
const paused: MarketEvent = { _tag: "ModeChanged", mode: "PAUSED", reason: because }
const GOVERNOR = SUBJECTS.out("governor")

const leasesOf = (market: Market) =>
  market.journal.read({ from: 1, filter: SUBJECTS.lease("telegram") }).pipe(
    Stream.mapEffect(decode),
    Stream.runCollect,
    Effect.map((records) =>
      [...records].flatMap(({ events }) => events.flatMap((event) => (event._tag === "LeaseTaken" ? [event] : [])))
    )
  )

/** The market as it begins in a journal: nothing folded yet. */
const FRESH = { history: [] } as const

describe("the bot", () => {
  it.effect("has a menu of exactly the commands there are", () =>
    Effect.gen(function* () {
      const { server } = yield* chatWorld()
      expect(server.menu).toEqual(MENU)
    })
  )

  it.effect("of a wrong token leaves everything else running, and looks again after ten minutes", () =>
    Effect.gen(function* () {
      const server = yield* botServer
      const market = yield* handMoved([])
      server.fail("getMe", { _tag: "Refuse", code: 401, description: "Unauthorized" })
      yield* runChat(market, server)
      yield* passUntil(() => server.count("getMe") === 1)
      yield* pass("590 seconds")
      expect(server.count("getMe")).toBe(1)
      yield* passUntil(() => server.isPolled)
    })
  )
})

const FAULTS: ReadonlyArray<readonly [string, Fault]> = [
  ["a cut connection", { _tag: "Cut" }],
  ["an answer that is no JSON", { _tag: "Garbage", body: "<html>bad gateway" }],
  ["half an answer", { _tag: "Garbage", body: '{"ok":true,"result":[{"upd' }],
  ["an answer of another form", { _tag: "Garbage", body: '{"ok":true,"result":{"a":1}}' }],
  ["updates without numbers", { _tag: "Garbage", body: '{"ok":true,"result":[{"message":{}},null,7]}' }],
  ["a refusal without a form", { _tag: "Garbage", body: '{"ok":false}' }],
  ["a gateway's 502", { _tag: "Garbage", body: "no", status: 502 }],
  ["a flood", { _tag: "Refuse", code: 429, description: "Too Many Requests: retry after 7", retryAfter: 7 }],
  ["another poller", { _tag: "Refuse", code: 409, description: "Conflict: terminated by other getUpdates request" }]
]

describe("an outage", () => {
  it.effect.each(FAULTS)("of %s is waited out, and what was written meanwhile is answered once", ([, fault]) =>
    Effect.gen(function* () {
      const { server } = yield* chatWorld()
      server.fail("getUpdates", fault, fault, fault)
      server.write(CHAT, "/version")
      // The poll that waits brings the first; the ones after it fail.
      yield* passUntil(() => server.shown.length === 1)
      server.write(CHAT, "/version")
      yield* passUntil(() => server.shown.length === 2, "1000 millis")
      yield* passUntil(() => server.isPolled)
      expect(server.shown).toHaveLength(2)
    })
  )

  it.effect("grows its pauses, keeps to what Telegram asks for, and makes room for another poller", () =>
    Effect.gen(function* () {
      const { server } = yield* chatWorld()
      const polls = () => server.count("getUpdates")
      const down: Fault = { _tag: "Cut" }
      const refused = (code: number, retryAfter?: number): Fault => ({
        _tag: "Refuse",
        code,
        description: "x",
        ...(retryAfter === undefined ? {} : { retryAfter })
      })
      server.fail("getUpdates", down, down, down, refused(429, 40), refused(409))
      server.deliver({ channel_post: {} })
      yield* passUntil(() => polls() === 2, "1 millis")
      for (const sec of [1, 2, 4, 40, 30]) {
        const before = polls()
        yield* pass(`${sec - 1} seconds`)
        expect(polls(), `within ${sec} s`).toBe(before)
        yield* pass("1 seconds")
        yield* passUntil(() => polls() === before + 1, "1 millis")
      }
    })
  )

  it.effect("of sending holds a notice until it can be told, and then tells it once", () =>
    Effect.gen(function* () {
      const { server, market } = yield* chatWorld(FRESH)
      server.fail("sendMessage", ...Array.from({ length: 9 }, (): Fault => ({ _tag: "Cut" })))
      yield* record(market, GOVERNOR, paused)
      yield* passUntil(() => server.count("sendMessage") === 10, "2000 millis")
      yield* pass("120 seconds")
      expect(server.shown.map(({ text }) => text)).toEqual(["PAUSED: Paused by an operator."])
    })
  )

  it.effect("is not made by a chat that has blocked the bot: others are told", () =>
    Effect.gen(function* () {
      const { server, market } = yield* chatWorld({ ...FRESH, chats: [CHAT, 43] })
      server.fail("sendMessage", { _tag: "Refuse", code: 403, description: "Forbidden: bot was blocked by the user" })
      yield* record(market, GOVERNOR, paused)
      yield* passUntil(() => server.count("sendMessage") === 2)
      yield* pass("60 seconds")
      expect([server.shown.length, server.count("sendMessage")]).toEqual([1, 2])
    })
  )
})

describe("what happens", () => {
  it.effect("is told in one message where much comes at once, with the rest counted", () =>
    Effect.gen(function* () {
      const { server, market } = yield* chatWorld(FRESH)
      for (let n = 1; n <= 40; n++) {
        const net = Quote.parse(`0.0${n}`)
        yield* record(market, SUBJECTS.out("slot-2"), bookedCycle(n, net))
      }
      yield* record(market, GOVERNOR, paused)
      yield* passUntil(() => server.shown.length === 1)
      const lines = (server.shown[0]?.text ?? "").split("\n")
      expect(lines).toHaveLength(12)
      expect(lines[0]).toBe("such (2): cycle 1 of A closed, net 0.01 USD")
      expect(lines.slice(10)).toEqual([
        "PAUSED: Paused by an operator.",
        "… and more: 30 of fills. /status shows how it stands."
      ])
      yield* pass("60 seconds")
      expect(server.shown).toHaveLength(1)
    })
  )

  it.effect("is told with a sound, without one or not at all, as each kind is set", () =>
    Effect.gen(function* () {
      const { server, market } = yield* chatWorld({ ...FRESH, volumes: { pause: "silent", fills: "off" } })
      yield* record(market, SUBJECTS.out("slot-2"), bookedCycle(1, Quote.zero))
      yield* record(market, GOVERNOR, paused)
      yield* passUntil(() => server.shown.length === 1)
      expect(server.shown[0]).toMatchObject({ text: "PAUSED: Paused by an operator.", silent: true })
      const fault = { _tag: "FaultRaised", actor: "slot-1", seq: 7, problem: "<no> such & order" } as const
      yield* record(market, SUBJECTS.control("slot-actor"), fault)
      yield* passUntil(() => server.shown.length === 2)
      expect(server.shown[1]).toMatchObject({
        text: "Fault told of slot-1 at record 7: <no> such & order",
        silent: false
      })
    })
  )

  it.effect("in quiet hours comes without a sound, unless somebody has to do something", () =>
    Effect.gen(function* () {
      // The clock of tests begins at midnight, UTC.
      const quietHours = { fromMin: 1_439, toMin: 1, zone: "UTC" }
      const { server, market } = yield* chatWorld({ ...FRESH, quietHours })
      yield* record(market, GOVERNOR, paused)
      yield* passUntil(() => server.shown.length === 1)
      yield* record(market, GOVERNOR, { _tag: "ModeChanged", mode: "HALTED", reason: because })
      yield* passUntil(() => server.shown.length === 2)
      yield* pass("60 seconds")
      yield* record(market, GOVERNOR, paused)
      yield* passUntil(() => server.shown.length === 3)
      expect(server.shown.map(({ silent }) => silent)).toEqual([true, false, false])
    })
  )

  it.effect("while no process ran is told by the next, and nothing is told twice", () =>
    Effect.gen(function* () {
      const { server, market, chat } = yield* chatWorld(FRESH)
      yield* record(market, GOVERNOR, paused)
      yield* passUntil(() => server.shown.length === 1)
      yield* pass("30 seconds")
      yield* chat.stop
      yield* record(market, GOVERNOR, { _tag: "ModeChanged", mode: "HALTED", reason: because })
      yield* runChat(market, server)
      yield* passUntil(() => server.shown.length === 2)
      yield* pass("60 seconds")
      expect(server.shown.map(({ text }) => text.split(":")[0])).toEqual(["PAUSED", "HALTED"])
    })
  )
})

const bookedCycle = (cycle: number, net: Quote): MarketEvent => ({
  _tag: "CycleBooked",
  kind: "closed",
  tradeId: "A",
  cycle,
  entryPrice: Price.zero,
  exitPrice: Price.zero,
  volume: Volume.zero,
  gross: net,
  fees: Quote.zero,
  net,
  entryMs: 1,
  exitMs: 2,
  fromRecovery: false,
  standIn: null,
  reason: { rule: "cycle_complete", numbers: {} }
})

/** The block of the status, as the control plane at `url` answers it. */
const chatOf = Effect.fnUntraced(function* (url: string) {
  const answer = yield* Effect.promise(() => fetch(`${url}api/status`).then((response) => response.text()))
  return (JSON.parse(answer) as { readonly telegram: Readonly<Record<string, unknown>> }).telegram
})

describe("the status", () => {
  it.effect("says who listens since when, what came last, and what failed, without the token", () =>
    Effect.gen(function* () {
      const quietHours = { fromMin: 60, toMin: 360, zone: "UTC" }
      const { server, market, chat } = yield* chatWorld({ quietHours })
      yield* pass("2 seconds")
      const before = yield* chatOf(chat.url)
      expect(before).toMatchObject({
        enabled: true,
        chats: 1,
        polls: true,
        last_update_at: null,
        last_error: null,
        quiet_hours: "01:00-06:00 UTC",
        quiet_now: false
      })
      const [lease] = yield* leasesOf(market)
      expect(before["lease_holder"]).toBe(lease?.holder)
      const description = `Bad Request: /bot${BOT_TOKEN}/getUpdates`
      server.fail("getUpdates", { _tag: "Refuse", code: 400, description })
      server.write(CHAT, "/version")
      yield* passUntil(() => server.shown.length === 1)
      yield* passUntil(() => server.isPolled, "1000 millis")
      yield* pass("2 seconds")
      const after = yield* chatOf(chat.url)
      expect(after["last_update_at"]).toBeGreaterThan(0)
      const { at, text } = after["last_error"] as { readonly at: number; readonly text: string }
      expect(at).toBeGreaterThan(0)
      expect(text).toBe("Telegram, getUpdates: 400 Bad Request: /bot(token)/getUpdates")
    })
  )

  it.effect("names the other process that has the lease", () =>
    Effect.gen(function* () {
      const { server, market, chat } = yield* chatWorld()
      yield* heldByAnother(market, Number.MAX_SAFE_INTEGER)
      yield* pass("20 seconds")
      yield* passUntil(() => !server.isPolled)
      yield* pass("6 seconds")
      expect(yield* chatOf(chat.url)).toMatchObject({ polls: false, polls_since: null, lease_holder: "another" })
    })
  )
})

describe("two processes", () => {
  it.effect("take turns: one polls, and the other goes on where it stops", () =>
    Effect.gen(function* () {
      const { server, market, chat } = yield* chatWorld()
      yield* runChat(market, server)
      yield* passUntil(() => server.count("getMe") === 2)
      yield* pass("45 seconds")
      const pollers = server.count("setMyCommands")
      expect(pollers).toBe(1)
      yield* chat.stop
      yield* passUntil(() => server.count("setMyCommands") === 2)
      yield* passUntil(() => server.isPolled)
      server.write(CHAT, "/version")
      yield* passUntil(() => server.shown.length === 1)
      const leases = yield* leasesOf(market)
      expect(new Set(leases.map(({ holder }) => holder)).size).toBe(2)
      expect(leases.filter(({ untilMs }) => untilMs === 0)).toHaveLength(1)
    })
  )

  it.effect("wait for one that was killed until its lease is over by the exchange's clock", () =>
    Effect.gen(function* () {
      const server = yield* botServer
      const market = yield* handMoved([price("0.14")])
      const { nowMs } = (yield* market.moment).status
      yield* heldByAnother(market, nowMs + 1_500)
      yield* runChat(market, server)
      yield* passUntil(() => server.count("getMe") === 1)
      yield* pass("20 seconds")
      expect(server.isPolled).toBe(false)
      for (let sec = 0; sec < 8; sec++) yield* market.append(price("0.14"))
      yield* passUntil(() => server.isPolled)
    })
  )

  it.effect("wait no longer than it lasts where nobody tells the time", () =>
    Effect.gen(function* () {
      const server = yield* botServer
      const market = yield* handMoved([price("0.14")])
      yield* heldByAnother(market, Number.MAX_SAFE_INTEGER)
      yield* runChat(market, server)
      yield* passUntil(() => server.count("getMe") === 1)
      yield* pass("70 seconds")
      expect(server.isPolled).toBe(false)
      yield* pass("20 seconds")
      yield* passUntil(() => server.isPolled)
    })
  )

  it.effect("give way where another has taken the lease", () =>
    Effect.gen(function* () {
      const { server, market } = yield* chatWorld()
      yield* heldByAnother(market, Number.MAX_SAFE_INTEGER)
      yield* pass("20 seconds")
      yield* passUntil(() => !server.isPolled)
      const before = server.count("getUpdates")
      yield* pass("30 seconds")
      expect(server.count("getUpdates")).toBe(before)
    })
  )
})

/** A lease of a process that no longer says it again. */
const heldByAnother = Effect.fnUntraced(function* (market: Market, untilMs: number) {
  const subject = SUBJECTS.lease("telegram")
  const event = { _tag: "LeaseTaken", holder: "another", untilMs, doneSeq: 0 } as const
  const envelope = { epoch: 1, timeMs: 1, writer: "control-plane", cause: null, events: [event] } as const
  yield* market.journal.append(encodeEntry(subject, `lease.telegram.another.${untilMs}`, envelope))
})

describe("the token", () => {
  it.effect.each(FAULTS)("stands in no error of %s", ([, fault]) =>
    Effect.gen(function* () {
      const server = yield* botServer
      const api = telegrafBot(Redacted.make(BOT_TOKEN), server.url)
      server.fail("getMe", fault)
      const failed = yield* Effect.result(api.me)
      if (Result.isSuccess(failed)) return expect.fail("it was answered")
      const said = `${failed.failure.message} ${JSON.stringify(failed.failure)} ${String(failed.failure.stack)}`
      expect(said).not.toContain(BOT_TOKEN.split(":")[1])
    })
  )

  it.effect("stands in no error of a server that is away, or that says it back", () =>
    Effect.gen(function* () {
      const server = yield* botServer
      const away = telegrafBot(Redacted.make(BOT_TOKEN), "http://127.0.0.1:1")
      const api = telegrafBot(Redacted.make(BOT_TOKEN), server.url)
      server.fail("getMe", { _tag: "Refuse", code: 400, description: `no such bot: /bot${BOT_TOKEN}/getMe` })
      for (const me of [away.me, api.me]) {
        const failed = yield* Effect.result(me)
        expect(JSON.stringify(failed)).not.toContain(BOT_TOKEN.split(":")[1])
      }
    })
  )

  it.effect("stands in no line of the log, whatever the server does", () => {
    const lines: Array<string> = []
    const heard = Logger.make((line) => void lines.push(inspect([line.message, line.cause], { depth: 12 })))
    return Effect.gen(function* () {
      const { server, market } = yield* chatWorld(FRESH)
      for (const [, fault] of FAULTS) {
        server.fail("sendMessage", fault)
        server.fail("getUpdates", fault)
      }
      server.write(CHAT, "/version")
      yield* record(market, GOVERNOR, paused)
      yield* passUntil(() => server.count("getUpdates") > FAULTS.length && server.isPolled, "1000 millis")
      yield* passUntil(() => server.count("sendMessage") >= 5, "1000 millis")
      expect(lines.filter((line) => line.includes("Telegram, ")).length).toBeGreaterThan(1)
      expect(lines.filter((line) => line.includes(BOT_TOKEN.split(":")[1] ?? "?"))).toEqual([])
    }).pipe(Effect.provide(Logger.layer([heard])))
  })
})
