import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { decode } from "../../../shared/actor/control/decode.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { SUBJECTS } from "../testing/views.ts"
import { COMMANDS } from "./core/commands.ts"
import { BOT } from "./testing/botServer.ts"
import { CHAT, chatWorld, pass, passUntil, runChat } from "./testing/chatWorld.ts"

const reason = { rule: "done", numbers: { author: "telegram:ann" } } as const
const applies = (commandId: string): readonly [MarketEvent, MarketEvent] => [
  { _tag: "ModeChanged", mode: "PAUSED", reason },
  { _tag: "CommandApplied", commandId, reason }
]
const refuses = (commandId: string): readonly [MarketEvent] => [
  { _tag: "CommandRefused", commandId, reason: { rule: "already_paused", numbers: {} } }
]

type World = Effect.Success<ReturnType<typeof chatWorld>>

/** The commands in the journal. */
const commandsOf = ({ market }: World) =>
  market.journal.read({ from: 1, filter: SUBJECTS.command("*") }).pipe(
    Stream.mapEffect(decode),
    Stream.runCollect,
    Effect.map((records) =>
      [...records].flatMap(({ events }) => events.flatMap((event) => (event._tag === "CommandIssued" ? [event] : [])))
    )
  )
const previews = ({ market }: World, ...effects: ReadonlyArray<string>) =>
  market.setPreview({ answer: { _tag: "CommandApplied", commandId: "x", reason }, effects })

const quiet = { pause: "off", fills: "off", other: "off" } as const

describe("a question", () => {
  it.effect.each(COMMANDS.flatMap((command) => ("view" in command ? [command.name] : [])))("/%s is answered", (name) =>
    Effect.gen(function* () {
      const { ask } = yield* chatWorld()
      const { text } = yield* ask(`/${name}`)
      expect(text).toMatch(ANSWERS[name] ?? "no answer is written down")
    })
  )

  it.effect("may name the bot, and is left to another bot that it names", () =>
    Effect.gen(function* () {
      const { ask, server } = yield* chatWorld()
      server.write(CHAT, "/status@another_bot")
      server.write(CHAT, "good morning")
      expect((yield* ask(`/version@${BOT.username}`)).text).toContain("Kennel")
      expect(server.shown).toHaveLength(1)
    })
  )

  it.effect("about one slot says what it waits for, and where the whole story is", () =>
    Effect.gen(function* () {
      const { ask } = yield* chatWorld()
      const { text } = yield* ask("/why such")
      expect(text).toContain("such (2): S2 both to close")
      expect(text).toContain(
        "entry A: The trade rests until 2026-11-21 17:03:09 UTC. Since 2026-11-20 13:00:00 UTC [rule cooldown; until 2026-11-21 17:03:09, "
      )
      expect(text).toContain("kennel why 2@7")
      expect((yield* ask("/why 9")).text).toBe("There is no slot 9. There are: wow (1), such (2)")
    })
  )

  it.effect("why a pause holds names the rule, and what ends it", () =>
    Effect.gen(function* () {
      const { ask, market } = yield* chatWorld()
      const governor = (yield* market.moment).governor
      const stale = { rule: "stale_price", numbers: { ageSec: 90 }, sentence: "The price is 90 s old." } as const
      yield* market.setGovernor({
        ...governor,
        mode: "PAUSED",
        mode_reason: stale,
        causes: [{ cause: "stale_price", ...stale }]
      })
      yield* pass("2 seconds")
      const { text } = yield* ask("/why")
      expect(text).toContain("DOGE/USD: PAUSED (paper)")
      expect(text).toContain("The price is 90 s old. [rule stale_price; until a price is heard again, and nothing")
    })
  )

  it.effect("is refreshed in its place", () =>
    Effect.gen(function* () {
      const world = yield* chatWorld()
      const { message, buttons } = yield* world.ask("/status")
      expect(buttons).toEqual([{ text: "Refresh", data: "re:status" }])
      yield* world.press(message, "re:status")
      expect(message.edits).toBe(0)
      yield* world.market.setSlots([])
      yield* pass("2 seconds")
      yield* world.press(message, "re:status")
      expect(message.text).toContain("Slots: 0")
      expect([message.edits, world.server.shown.length]).toEqual([1, 1])
    })
  )

  it.effect("with names and errors full of markup is shown as it is", () =>
    Effect.gen(function* () {
      const { ask, market } = yield* chatWorld()
      const governor = (yield* market.moment).governor
      yield* market.setGovernor({ ...governor, slots: [{ slot: 1, alias: `<b>&"x"</b>_*`, state: "active" }] })
      yield* pass("2 seconds")
      expect((yield* ask("/slots")).text).toContain(`<b>&"x"</b>_* (1)`)
    })
  )
})

/** A word of each answer that only a true one has. */
const ANSWERS: Readonly<Record<string, RegExp>> = {
  status: /DOGE\/USD: RUNNING \(paper\)[\s\S]*Price: 0\.141 USD[\s\S]*Slots: 2/,
  why: /DOGE\/USD: RUNNING[\s\S]*such \(2\): entry A: The trade rests/,
  profit: /Booked 0 USD[\s\S]*Account: not known yet/,
  daily: /UTC day 2026-11-20[\s\S]*losses 0\.41[\s\S]*Limit of losses: 3 USD, left 2\.59 USD/,
  balance: /DOGE: 10012, in orders 84, free 9928[\s\S]*USD: 1998\.4321/,
  slots: /wow \(1\): S0 both entries out[\s\S]*such \(2\): S2/,
  levels: /No levels are known/,
  version: /Kennel \d+\.\d+\.\d+[\s\S]*Rules version/,
  help: /\/set_entry_pct <pct>[\s\S]*0\.01–50 %/
}

describe("an action", () => {
  it.effect("that only stops is done at once, with the update's number as its id", () =>
    Effect.gen(function* () {
      const world = yield* chatWorld({ volumes: quiet })
      yield* world.market.govern(applies)
      const { text, update } = yield* world.ask("/pause going to lunch")
      expect(text).toBe("Done: Pause the market\nModeChanged")
      expect(yield* commandsOf(world)).toEqual([
        {
          _tag: "CommandIssued",
          commandId: `tg-${BOT.id}-${update}`,
          author: "telegram:ann",
          command: { name: "pause", note: "going to lunch" },
          preview: []
        }
      ])
    })
  )

  it.effect.each([
    { typed: "/resume", command: { name: "resume" } },
    { typed: "/add_slot 2", command: { name: "add_slot", count: 2 } },
    { typed: "/soft_close 2 1", command: { name: "soft_close", slot: 2, recoveryId: 1 } },
    { typed: "/set_entry_pct 0.3%", command: { name: "set_entry_pct", pct: 0.3 } },
    { typed: "/set_profit_pct 1.2", command: { name: "set_profit_pct", pct: 1.2 } }
  ])("$typed shows its effect first, and is done when it is confirmed", ({ typed, command }) =>
    Effect.gen(function* () {
      const world = yield* chatWorld({ volumes: quiet })
      yield* world.market.govern(applies)
      yield* previews(world, "slot 1: order 9", "nothing else")
      const { message, text, update, buttons } = yield* world.ask(typed)
      expect(text).toContain("slot 1: order 9\nnothing else\nOpen for 2 min.")
      expect(yield* commandsOf(world)).toEqual([])
      expect(buttons.map(({ data }) => data)).toEqual([`ok:${update}`, `no:${update}`])
      yield* world.press(message, `ok:${update}`)
      expect(message.text).toMatch(/^Done: /)
      expect(message.buttons).toEqual([])
      expect(yield* commandsOf(world)).toMatchObject([
        { commandId: `tg-${BOT.id}-${update}`, command, preview: ["slot 1: order 9", "nothing else"] }
      ])
    })
  )

  it.effect("is left where somebody thinks better of it, and cannot be confirmed afterwards", () =>
    Effect.gen(function* () {
      const world = yield* chatWorld()
      const { message, update } = yield* world.ask("/resume")
      yield* world.press(message, `no:${update}`)
      expect(message.text).toBe("Left: Resume the market. Nothing was done.")
      yield* world.press(message, `ok:${update}`)
      expect(message.text).toContain("no longer open")
      expect(yield* commandsOf(world)).toEqual([])
    })
  )

  it.effect("cannot be confirmed after two minutes", () =>
    Effect.gen(function* () {
      const world = yield* chatWorld()
      const { message, update } = yield* world.ask("/resume")
      yield* pass("121 seconds")
      yield* passUntil(() => world.server.isPolled)
      yield* world.press(message, `ok:${update}`)
      expect(message.text).toContain("no longer open")
      expect(yield* commandsOf(world)).toEqual([])
    })
  )

  it.effect("pressed twice takes effect once, and the second press is told so", () =>
    Effect.gen(function* () {
      const world = yield* chatWorld({ volumes: quiet })
      yield* world.market.govern(applies)
      const { message, update } = yield* world.ask("/add_slot")
      yield* world.press(message, `ok:${update}`)
      yield* world.press(message, `ok:${update}`)
      expect(message.text).toBe("Done: Add a slot")
      expect(yield* commandsOf(world)).toHaveLength(1)
    })
  )

  it.effect("delivered again after a crash takes effect once, and says what came of it", () =>
    Effect.gen(function* () {
      const world = yield* chatWorld({ volumes: quiet })
      yield* world.market.govern(applies)
      const { update } = yield* world.ask("/pause")
      yield* world.chat.stop
      world.server.deliver(
        { message: { chat: { id: CHAT }, from: { id: 7, username: "ann" }, text: "/pause" } },
        update
      )
      yield* runChat(world.market, world.server, { volumes: quiet })
      const [again] = yield* world.said(2)
      expect(again?.text).toBe(
        "Done: Pause the market\nIt had been asked before; this is what came of it then.\nModeChanged"
      )
      expect(yield* commandsOf(world)).toHaveLength(1)
    })
  )

  it.effect("that would be refused says why, without a button", () =>
    Effect.gen(function* () {
      const world = yield* chatWorld()
      const answer = {
        _tag: "CommandRefused",
        commandId: "x",
        reason: { rule: "already_paused", numbers: {} }
      } as const
      yield* world.market.setPreview({ answer, effects: [] })
      const { text, buttons } = yield* world.ask("/resume")
      expect([text.split("\n")[0], buttons]).toEqual(["Would be refused: Resume the market", []])
    })
  )

  it.effect("that is refused says why", () =>
    Effect.gen(function* () {
      const world = yield* chatWorld()
      yield* world.market.govern(refuses)
      expect((yield* world.ask("/pause")).text).toMatch(/^Refused: Pause the market\n./)
    })
  )

  it.effect("that nobody answers stands in the journal, and says so", () =>
    Effect.gen(function* () {
      const world = yield* chatWorld()
      expect((yield* world.ask("/backfill_ohlcv 1m")).text).toMatch(
        /^Asked: Backfill the candles\nIt stands in the journal/
      )
      expect(yield* commandsOf(world)).toMatchObject([{ command: { name: "backfill_ohlcv", timeframe: "1m" } }])
    })
  )

  it.effect.each<readonly [string, string]>([
    ["/set_entry_pct", "pct is missing"],
    ["/set_entry_pct much", `pct="much"`],
    ["/set_entry_pct 99", "pct=99"],
    ["/add_slot 1 2", "2 is one word too many: /add_slot [count]"],
    ["/soft_close 2", "recovery_id is missing"],
    ["/sell_everything", "I do not know /sell_everything. /help lists what I do."]
  ])("%s is answered with what is wrong", ([typed, problem]) =>
    Effect.gen(function* () {
      const world = yield* chatWorld()
      expect((yield* world.ask(typed)).text).toContain(problem)
      expect(yield* commandsOf(world)).toEqual([])
    })
  )
})

describe("the picker", () => {
  it.effect("offers every recovery, and asks again before it moves one", () =>
    Effect.gen(function* () {
      const world = yield* chatWorld({ volumes: quiet })
      yield* world.market.govern(applies)
      yield* previews(world, "slot 2: recovery 1 moves")
      const { message, buttons } = yield* world.ask("/soft_close")
      expect(buttons).toEqual([{ text: "such (2) #1: sell 13 at 0.1502, 6.5248 %", data: "sc:2:1" }])
      const picked = yield* world.press(message, "sc:2:1")
      expect(message.text).toContain("Soft close a recovery?")
      expect(yield* commandsOf(world)).toEqual([])
      yield* world.press(message, `ok:${picked}`)
      expect(yield* commandsOf(world)).toMatchObject([{ command: { name: "soft_close", slot: 2, recoveryId: 1 } }])
      expect(message.text).toMatch(/^Done: /)
    })
  )

  it.effect("knows no other buttons, and none that another chat was shown", () =>
    Effect.gen(function* () {
      const world = yield* chatWorld({ chats: [CHAT, 43] })
      const { message, update } = yield* world.ask("/resume")
      for (const data of ["sc:2", "sc:-1:1", "ok:1e3", "", "x".repeat(64)]) yield* world.press(message, data)
      expect(world.server.answered.at(-1)?.text).toBe("This button is none of mine.")
      const elsewhere = { chat: 43, id: message.id }
      yield* world.press(elsewhere, `ok:${update}`)
      expect(yield* commandsOf(world)).toEqual([])
    })
  )
})

describe("somebody who is not let in", () => {
  it.effect("gets no answer, and the operator hears of it once", () =>
    Effect.gen(function* () {
      const { server, ask } = yield* chatWorld()
      for (const text of ["/status", "/pause", "hello"]) server.write(666, text, { id: 5, username: "mallory" })
      server.press({ chat: 666, id: 1 }, "ok:1")
      yield* ask("/version")
      expect(server.shown.map(({ chat }) => chat)).toEqual([CHAT, CHAT])
      expect(server.shown[0]?.text).toBe(
        "Chat 666 (telegram:mallory) has written and is not let in: it gets no answer. To let it in: TELEGRAM_CHAT_IDS."
      )
      expect(server.answered).toEqual([])
    })
  )
})
