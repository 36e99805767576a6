import { describe, expect, it } from "vitest"
import fc from "fast-check"
import { ACTIONS } from "../../../../shared/core/actions/actions.ts"
import { burstLines, gathered, isQuiet, MAX_BURST_LINES, quiet } from "./burst.ts"
import { COMMANDS, helpLines, MENU, typedOf } from "./commands.ts"
import { LEASE_MS, mayTake, RENEW_EVERY_MS } from "./lease.ts"
import { type Line, MAX_MESSAGE, MAX_MESSAGES, messagesOf } from "./lines.ts"
import { NOTICE_KINDS, type Volumes } from "./notices.ts"
import { closed, MAX_OPEN, NOTHING_OPEN, OPEN_FOR_MS, opened, waitingFor } from "./open.ts"
import { mayBeSentAgain, pauseMs, pollPauseMs } from "./pauses.ts"
import { cancelData, confirmData, pressedOf, REFRESH, softCloseData } from "./pressed.ts"
import { isTimeZone } from "../../../../shared/timeOfDay.ts"
import { isQuietAt } from "../settings.ts"
import { quietHoursOf, quietHoursText } from "./quietHours.ts"
import { AGAIN_AFTER_MS, MAX_STRANGERS, MAX_TOLD, NOBODY, strangerCame } from "./strangers.ts"

/** What a reader sees of a message: markup away, entities resolved. Throws where markup is not whole. */
const seen = (html: string): string => {
  const bare = html.replaceAll(/<(b|code)>([^<>]*)<\/\1>/g, "$2")
  if (/[<>]|&(?!amp;|lt;|gt;|quot;)/.test(bare)) throw new Error(`no HTML: ${html}`)
  return bare.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&")
}

describe("a message", () => {
  const text = fc.string({ unit: "grapheme-composite", maxLength: 60 })
  const nasty = fc.oneof(
    text,
    fc.constantFrom("<b>", "</code>", "&amp;", "_*[]()~`", "<script>", "&&&&", '"', "\u0000\u0007", "\uD800", "👩‍🚀"),
    fc.constantFrom("&", "<", "👩‍🚀").map((one) => one.repeat(3_000))
  )
  const line: fc.Arbitrary<Line> = fc.oneof(
    nasty,
    nasty.map((bold) => ({ bold })),
    nasty.map((code) => ({ code }))
  )

  it("is whole HTML that Telegram takes, whatever stands in its lines", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const messages = messagesOf(lines)
        expect(messages.length).toBeGreaterThan(0)
        expect(messages.length).toBeLessThanOrEqual(MAX_MESSAGES)
        for (const message of messages) {
          expect(message.length).toBeLessThanOrEqual(MAX_MESSAGE)
          expect(seen(message).trim()).not.toBe("")
          expect(message.isWellFormed()).toBe(true)
        }
      }),
      { numRuns: 300, seed: 20_261_129 }
    )
  })

  it("holds every line as it was written", () => {
    expect(messagesOf(['a <b> & "c"', { bold: "x_y*z" }, { code: "</code>" }]).map(seen)).toEqual([
      'a <b> & "c"\nx_y*z\n</code>'
    ])
  })

  it("is split between lines, and says how many lines did not fit", () => {
    const lines = Array.from({ length: 400 }, (_, at) => `${at} ${"x".repeat(90)}`)
    const messages = messagesOf(lines)
    expect(messages).toHaveLength(MAX_MESSAGES)
    const kept = messages.flatMap((message) => message.split("\n"))
    expect(kept.slice(0, -1)).toEqual(lines.slice(0, kept.length - 1))
    expect(kept.at(-1)).toBe(`… ${400 - (kept.length - 1)} more lines`)
  })
})

describe("the registry", () => {
  it("has the commands of the contract, and what looks beside them", () => {
    expect(COMMANDS.map(({ name }) => name).toSorted()).toEqual(
      [
        ...["pause", "resume", "add_slot", "status", "help", "soft_close", "set_entry_pct", "set_profit_pct"],
        ...["backfill_ohlcv", "why", "profit", "daily", "balance", "slots", "levels", "version"]
      ].toSorted()
    )
  })

  it("makes menu and help of the same rows, as Telegram takes them", () => {
    expect(MENU.map(({ command }) => command)).toEqual(COMMANDS.map(({ name }) => name))
    for (const { command, description } of MENU) {
      expect(command).toMatch(/^[a-z0-9_]{1,32}$/)
      expect(description.length).toBeGreaterThan(2)
      expect(description.length).toBeLessThanOrEqual(256)
    }
    const help = messagesOf(helpLines)
    expect(help).toHaveLength(1)
    for (const { name } of COMMANDS) expect(help[0]).toContain(`/${name}`)
  })

  it("says of an action what the table of actions says", () => {
    expect(helpLines).toContainEqual({ bold: "/set_entry_pct <pct>" })
    expect(MENU.find(({ command }) => command === "pause")?.description).toBe(ACTIONS.pause.about)
  })

  it.each([
    ["/pause a  b", { action: "pause", note: "a  b" }],
    ["/PAUSE", { action: "pause" }],
    ["/add_slot", { action: "add_slot" }],
    ["/add_slot 3", { action: "add_slot", count: 3 }],
    ["/set_entry_pct 0.3%", { action: "set_entry_pct", pct: 0.3 }],
    ["/set_entry_pct 0x10", { action: "set_entry_pct", pct: "0x10" }],
    ["/set_entry_pct 1e3", { action: "set_entry_pct", pct: "1e3" }],
    ["/soft_close 2 7", { action: "soft_close", slot_id: 2, recovery_id: 7 }]
  ])("reads %s", (text, body) => {
    expect(typedOf(text, "bot")).toMatchObject({ _tag: "Action", body })
  })

  it.each([
    ["/status@bot", "View"],
    ["/status@BOT", "View"],
    ["/status@other", "NotForUs"],
    ["status", "NotForUs"],
    ["/", "Unknown"],
    ["/start", "View"],
    ["/soft_close", "Pick"],
    ["/soft_close 1 2 3", "Unknown"]
  ])("takes %s as %s", (text, tag) => {
    expect(typedOf(text, "bot")._tag).toBe(tag)
  })

  it("asks before everything that moves money, or lets it move", () => {
    const atOnce = COMMANDS.filter((command) => "action" in command && !command.asks).map(({ name }) => name)
    expect(atOnce).toEqual(["pause", "backfill_ohlcv"])
  })
})

describe("a button", () => {
  it.each([
    [softCloseData(2, 7), { _tag: "SoftClose", slot: 2, recovery: 7 }],
    [confirmData(1_000), { _tag: "Confirm", update: 1_000 }],
    [cancelData(0), { _tag: "Cancel", update: 0 }],
    [REFRESH, { _tag: "Refresh" }],
    ["sc:2:7:1", null],
    ["sc:+2:7", null],
    ["ok:1.5", null],
    ["ok:9999999999999999", null],
    ["__proto__", null]
  ])("that says %s is read as it was made", (data, pressed) => {
    expect(pressedOf(data)).toEqual(pressed)
  })
})

describe("what waits for a confirmation", () => {
  const waiting = (untilMs: number, chat = 1) => ({
    request: { command: { name: "resume" }, shown: [], hints: [] } as const,
    chat,
    untilMs
  })

  it("is there for its chat and its time", () => {
    const open = opened(NOTHING_OPEN, 7, waiting(OPEN_FOR_MS), 0)
    expect(waitingFor(open, 7, 1, OPEN_FOR_MS - 1)).not.toBeNull()
    expect(waitingFor(open, 7, 1, OPEN_FOR_MS)).toBeNull()
    expect(waitingFor(open, 7, 2, 0)).toBeNull()
    expect(waitingFor(open, 8, 1, 0)).toBeNull()
    expect(waitingFor(closed(open, 7), 7, 1, 0)).toBeNull()
  })

  it("is bounded: the oldest goes first, what is over goes anyway", () => {
    let open = NOTHING_OPEN
    for (let update = 0; update < 3 * MAX_OPEN; update++) open = opened(open, update, waiting(1_000), 0)
    expect([...open.keys()]).toEqual(Array.from({ length: MAX_OPEN }, (_, at) => 2 * MAX_OPEN + at))
    expect([...opened(open, 999, waiting(5_000), 1_000).keys()]).toEqual([999])
  })
})

describe("strangers", () => {
  it("are told of once a day each, three an hour in all, with the others counted", () => {
    let strangers = NOBODY
    const come = (chat: number, nowMs: number) => {
      const came = strangerCame(strangers, chat, nowMs)
      strangers = came.strangers
      return came.tell
    }
    expect(come(1, 0)).toEqual({ others: 0 })
    expect(come(1, 1_000)).toBeNull()
    for (let chat = 2; chat <= 50; chat++) come(chat, 2_000)
    expect(strangers.told).toHaveLength(MAX_TOLD)
    expect(come(60, 3_700_000)).toEqual({ others: 47 })
    expect(come(1, AGAIN_AFTER_MS - 1)).toBeNull()
    expect(come(1, AGAIN_AFTER_MS)).toEqual({ others: 1 })
  })

  it("are forgotten, oldest first, when there are too many", () => {
    let strangers = NOBODY
    for (let chat = 1; chat <= 3 * MAX_STRANGERS; chat++)
      strangers = strangerCame(strangers, chat, chat * 3_600_000).strangers
    expect(strangers.heard.size).toBe(MAX_STRANGERS)
  })
})

describe("a burst", () => {
  const volumes = Object.fromEntries(NOTICE_KINDS.map((kind) => [kind, "silent"])) as Volumes
  const fill = (n: number) => ({ kind: "fills", text: `fill ${n}`, urgent: false }) as const

  it("is one message: lines, what came again once, the rest counted", () => {
    let burst = quiet(0)
    for (let n = 0; n < 30; n++) burst = gathered(burst, [fill(n % 15)], n + 1, volumes)
    const lines = burstLines(burst)
    expect(lines).toHaveLength(MAX_BURST_LINES + 1)
    expect(lines[0]).toBe("fill 0 (2 times)")
    expect(lines.at(-1)).toContain("10 of fills")
    expect([burst.seq, burst.loud]).toEqual([30, false])
  })

  it("sounds where one of its kinds does, and is none where all are off", () => {
    const loud = gathered(quiet(0), [fill(1), { kind: "halt", text: "x", urgent: true }], 1, { ...volumes, halt: "on" })
    expect(loud).toMatchObject({ loud: true, urgent: true })
    expect(gathered(quiet(0), [fill(1)], 1, { ...volumes, fills: "on" })).toMatchObject({ loud: true, urgent: false })
    // Urgent is no sound where its kind has none.
    expect(gathered(quiet(0), [{ kind: "halt", text: "x", urgent: true }], 1, volumes).urgent).toBe(false)
    expect(isQuiet(gathered(quiet(0), [fill(1)], 1, { ...volumes, fills: "off" }))).toBe(true)
  })
})

describe("quiet hours", () => {
  const read = (text: string) => quietHoursOf(text, isTimeZone)
  const at = (text: string, iso: string): boolean | null => isQuietAt(read(text), Date.parse(iso))

  it.each([
    ["22:00-07:00", "2026-11-20T21:59:59Z", false],
    ["22:00-07:00", "2026-11-20T22:00:00Z", true],
    ["22:00-07:00", "2026-11-21T06:59:59Z", true],
    ["22:00-07:00", "2026-11-21T07:00:00Z", false],
    ["12:30-13:00", "2026-11-20T12:45:00Z", true],
    ["12:30-13:00", "2026-11-20T13:00:00Z", false],
    // An hour ahead of UTC in winter, two in summer.
    ["22:00-07:00 Europe/Berlin", "2026-11-20T21:00:00Z", true],
    ["22:00-07:00 Europe/Berlin", "2026-07-20T20:00:00Z", true],
    ["22:00-07:00 Europe/Berlin", "2026-11-20T20:00:00Z", false]
  ])("of %s at %s: %s", (text, iso, quiet) => {
    expect(at(text, iso)).toBe(quiet)
  })

  it("read as they are written, and are none where nothing is", () => {
    expect([read(""), at("", "2026-11-20T22:00:00Z")]).toEqual([null, null])
    const hours = read("9:05-17:30 America/New_York")
    expect(hours === null ? "" : quietHoursText(hours)).toBe("09:05-17:30 America/New_York")
  })

  it.each([
    ["at night", "is not of the form 22:00-07:00"],
    ["24:00-07:00", 'holds "24:00", which is no time of day'],
    ["07:00-07:00", "begins and ends at the same minute"],
    ["22:00-07:00 Mars/Olympus", 'names "Mars/Olympus", which is no time zone']
  ])("%s are refused with what is wrong", (text, problem) => {
    expect(() => read(text)).toThrow(problem)
  })
})

describe("a lease", () => {
  const lease = { holder: "a", untilMs: 1_000, doneSeq: 0, seq: 5 }
  it.each([
    ["nobody has", null, "b", 0, 0, true],
    ["is given back", { ...lease, untilMs: 0 }, "b", 0, 0, true],
    ["is one's own", lease, "a", 0, 0, true],
    ["runs", lease, "b", 1_000, 0, false],
    ["is over", lease, "b", 1_001, 0, true],
    ["was not said again for its time", lease, "b", 0, LEASE_MS + RENEW_EVERY_MS, true],
    ["may still be said again", lease, "b", 0, LEASE_MS + RENEW_EVERY_MS - 1, false]
  ] as const)("that %s", (_so, before, me, nowMs, unchangedForMs, may) => {
    expect(mayTake(before, me, { nowMs, unchangedForMs })).toBe(may)
  })

  it("is said again more than twice before it is over", () => {
    expect(LEASE_MS / RENEW_EVERY_MS).toBeGreaterThan(2)
  })
})

describe("a pause after a failed call", () => {
  it("grows to a minute, and is as long as Telegram asks for", () => {
    const failed = { code: null, retryAfterSec: null }
    expect([1, 2, 3, 7, 1_000].map((attempt) => pauseMs(failed, attempt))).toEqual([
      1_000, 2_000, 4_000, 60_000, 60_000
    ])
    expect(pauseMs({ code: 429, retryAfterSec: 35 }, 1)).toBe(35_000)
    expect(pauseMs({ code: 429, retryAfterSec: -5 }, 1)).toBe(1_000)
    expect(pauseMs({ code: 429, retryAfterSec: 1e9 }, 1)).toBe(3_600_000)
    expect(pollPauseMs({ code: 409, retryAfterSec: null }, 1)).toBe(30_000)
    expect(pollPauseMs({ code: 401, retryAfterSec: null }, 1)).toBe(600_000)
  })

  it.each([
    [null, true],
    [429, true],
    [500, true],
    [502, true],
    [400, false],
    [401, false],
    [403, false]
  ])("%s: the message is sent again: %s", (code, again) => {
    expect(mayBeSentAgain({ code, retryAfterSec: null })).toBe(again)
  })
})
