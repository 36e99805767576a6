/** The whole report, against what a machine may really have: nothing yet, a server without a stream, an exchange that is away. */
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Console, Effect, Layer, Logger } from "effect"
import { raiseEpoch } from "../../../shared/actor/control/control.ts"
import { sealEra } from "../../../shared/actor/seals/sealJournal.ts"
import { archiveEras, dropArchived } from "../../../shared/archive/archiveJournal.ts"
import { readSettings } from "../../../app/settings.ts"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { encodeEntry } from "../../../shared/events/envelope.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { natsServerFound, startNatsServer } from "../../../shared/journal/nats/testing/testServer.ts"
import { Journal } from "../../../shared/journal/port.ts"
import { freePort } from "../../../shared/testing/freePort.ts"
import { archiveDirectory, subjectsOf, writableJournal } from "../../../app/leaves/journal.ts"
import { BOT_TOKEN, botServer } from "../../../services/control-plane/telegram/testing/botServer.ts"
import { lineOf } from "./check.ts"
import { fitToStart } from "./command.ts"
import { runDoctor } from "./doctor.ts"

/** Settings of a machine of the test's own, whose data directory goes away. */
const machine = (env: Readonly<Record<string, string>> = {}) =>
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-doctor-"))),
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true }))
  ).pipe(Effect.map((directory) => readSettings({ DATA_DIR: directory, ...env }).settings))

type Settings = Effect.Success<ReturnType<typeof machine>>

/** A journal with an epoch and these events. */
const written = (settings: Settings, subject: string, ...events: ReadonlyArray<MarketEvent>) =>
  Effect.gen(function* () {
    const subjects = subjectsOf(settings)
    yield* raiseEpoch({ subjects, service: "test", reason: "start", timeMs: 0, watchesOrders: true, fitsModels: true })
    const journal = yield* Journal
    for (const [index, event] of events.entries()) {
      const envelope = { epoch: 1, timeMs: 1, writer: "test", cause: null, events: [event] } as const
      yield* journal.append(encodeEntry(subject, `${subject}.${index}`, envelope))
    }
  }).pipe(Effect.provide(Layer.fresh(writableJournal(settings))))

/** The lines of these subjects. */
const lines = (settings: Settings, ...subjects: ReadonlyArray<string>) =>
  Effect.map(runDoctor(settings), (findings) =>
    findings.filter(({ what }) => subjects.includes(what)).map(lineOf)
  ).pipe(Effect.provide(Logger.layer([])))

describe("the doctor", () => {
  it.live("finds nothing to mend on a machine where nothing has been started", () =>
    Effect.gen(function* () {
      const settings = yield* machine()
      const findings = yield* runDoctor(settings)
      expect(findings.filter(({ level }) => level !== "ok")).toStrictEqual([])
      expect(findings.map(({ what }) => what)).toStrictEqual([
        "settings",
        "node",
        "data",
        "tier",
        "store",
        "telegram",
        "journal",
        "exchange",
        "fees"
      ])
    })
  )

  it.live("asks Telegram for the bot, and never says its token", () =>
    Effect.gen(function* () {
      const server = yield* botServer
      const bot = { TELEGRAM_BOT_TOKEN: BOT_TOKEN, TELEGRAM_API_URL: server.url }
      const telegram = (env: Readonly<Record<string, string>>) =>
        Effect.flatMap(machine(env), (settings) => lines(settings, "telegram"))
      expect(yield* telegram({ ...bot, TELEGRAM_CHAT_IDS: "42,-100" })).toStrictEqual([
        "ok   telegram  the bot is @kennel_test_bot, 2 chats are let in"
      ])
      expect(yield* telegram(bot)).toStrictEqual([
        "warn telegram  TELEGRAM_CHAT_IDS is empty: nobody is answered, and nobody is told → " +
          "write to the bot: the log names your chat; then TELEGRAM_CHAT_IDS=<its number>"
      ])
      const wrong = { ...bot, TELEGRAM_BOT_TOKEN: `${BOT_TOKEN}x`, TELEGRAM_CHAT_IDS: "42" }
      expect(yield* telegram(wrong)).toStrictEqual([
        "warn telegram  Telegram, getMe: 401 Unauthorized → take the token from BotFather anew (/token), and set TELEGRAM_BOT_TOKEN"
      ])
      const [away = ""] = yield* telegram({
        ...wrong,
        TELEGRAM_API_URL: `http://127.0.0.1:${yield* Effect.promise(freePort)}`
      })
      expect(away).toMatch(/^warn +telegram +Telegram, getMe: .*ECONNREFUSED/)
      expect(away).not.toContain(BOT_TOKEN.split(":")[1])
    })
  )

  it.live("reads the recording that a market on paper is to play, and says why where it cannot", () =>
    Effect.gen(function* () {
      const played = yield* machine({
        MARKET: `recorded:${join(import.meta.dirname, "../../../tests/data/candles/ten-rows.csv")}`
      })
      expect(yield* lines(played, "recording")).toStrictEqual([
        "ok   recording from 2024-01-01T00:00Z to 2024-01-01T00:10Z; the market closes at its end"
      ])
      const missing = yield* machine({ MARKET: "recorded:/nowhere/candles.csv" })
      const [line = ""] = yield* lines(missing, "recording")
      expect(line).toMatch(
        /^fail +recording .*\/nowhere\/candles\.csv.* → mend the file, or set MARKET to another one$/
      )
    })
  )

  it.live("names the process that holds the data, while it does", () =>
    Effect.gen(function* () {
      const settings = yield* machine()
      const { dataDir } = settings
      const during = yield* lines(settings, "data").pipe(Effect.provide(Layer.fresh(writableJournal(settings))))
      expect(during).toStrictEqual([
        `ok   data      ${dataDir} can be written to; process ${process.pid} holds journal`
      ])
      const after = yield* lines(settings, "data")
      expect(after).toStrictEqual([`ok   data      ${dataDir} can be written to; no process holds it`])
    })
  )

  it.live("says where a market stands that has halted, and does not keep it from starting again", () =>
    Effect.gen(function* () {
      const settings = yield* machine()
      const reason = { rule: "invariant_broken", numbers: { slot: 1, violation: "two exits" } } as const
      yield* written(settings, subjectsOf(settings).out("governor"), { _tag: "ModeChanged", mode: "HALTED", reason })
      const [journal, governor] = yield* lines(settings, "journal", "governor")
      expect(journal ?? "").toMatch(/^ok +journal +.*: 3 records, epoch 1, version 1 of the rules; the last 3 decode$/)
      expect(governor ?? "").toMatch(
        /^warn +governor +HALTED: Slot 1 broke its own rules: two exits\. → start, .* then resume$/
      )
    })
  )

  it.live("fails on a fault that nobody has answered, and says how to answer it", () =>
    Effect.gen(function* () {
      const settings = yield* machine()
      const told = ["slot-1", "*"].map((actor) => ({ _tag: "FaultRaised", actor, seq: 1, problem: "no" }) as const)
      const ahead = { _tag: "FaultRaised", actor: "*", seq: 77, problem: "no" } as const
      const [first, ...others] = [...told, ahead]
      if (first !== undefined) yield* written(settings, subjectsOf(settings).control("test"), first, ...others)
      const [, one, all, none] = yield* lines(settings, "journal")
      expect(one).toMatch(
        /^fail .*a fault is told of slot-1 at record 1: no → .*looks.* journal skip 1 --actor "slot-1"$/
      )
      expect(all).toMatch(
        /of every actor at record 1: no; this build reads it → .*pass nothing over.* keep 1 --actor "\*"$/
      )
      expect(none).toMatch(/at record 77: no; there is no such record here → kennel journal keep 77 --actor "\*"$/)
    })
  )

  it.live("warns long before starts have used up the epochs that order ids have room for", () =>
    Effect.gen(function* () {
      const settings = yield* machine()
      // Under rules of before version 3 one word is enough.
      const raised = { _tag: "EpochRaised", epoch: 167_962, service: "test", reason: "mad" } as const
      const event = { ...raised, watchesOrders: false, fitsModels: false }
      yield* written(settings, subjectsOf(settings).control("test"), event)
      const [, line] = yield* lines(settings, "journal")
      expect(line).toMatch(/^warn +journal +epoch 167962 of 1679615: .* → .*EpochRaised names it/)
    })
  )

  it.live("judges fees and size by the journal while the exchange is away", () =>
    Effect.gen(function* () {
      const port = yield* Effect.promise(() => freePort())
      const settings = yield* machine({ KRAKEN_REST_URL: `http://127.0.0.1:${port}`, PROFIT_PCT: "0.8" })
      const [minVolume, minCost] = [Volume.parse("50"), Quote.parse("0.5")]
      yield* written(
        settings,
        subjectsOf(settings).account,
        { _tag: "FeesObserved", makerPct: 0.4, takerPct: 0.8 },
        { _tag: "ConstraintsObserved", priceDecimals: 6, volumeDecimals: 0, minVolume, minCost, status: "online" }
      )
      const last = Price.parse("0.1")
      yield* written(settings, subjectsOf(settings).price, { _tag: "PriceObserved", last, bid: last, ask: last })
      const [exchange, fees, size] = yield* lines(settings, "exchange", "fees", "size")
      expect(exchange ?? "").toMatch(/^fail +exchange /)
      expect(fees ?? "").toMatch(/^warn +fees .* two maker fees of 0\.4 % \(the journal\) → .* above 0\.8$/)
      expect(size ?? "").toMatch(/^warn +size .* least order 50 DOGE .*\(the journal\) → /)
    })
  )

  it.live("warns of a store that is away or lacks tables: no trading waits for it", () =>
    Effect.gen(function* () {
      const port = yield* Effect.promise(() => freePort())
      const away = yield* machine({ SUPABASE_URL: `http://127.0.0.1:${port}`, SUPABASE_KEY: "hunter2" })
      const [line] = yield* lines(away, "store")
      expect(line ?? "").toMatch(/^warn +store .* → trading goes on without/)
      expect(line ?? "").not.toContain("hunter2")
      const server = createServer((_request, response) => {
        response.writeHead(404, { "content-type": "application/json" })
        response.end(
          JSON.stringify({ code: "PGRST205", message: "Could not find the table", details: null, hint: null })
        )
      })
      yield* Effect.acquireRelease(
        Effect.callback<void>((resume) => void server.listen(port, "127.0.0.1", () => resume(Effect.void))),
        () => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
      )
      const [bare] = yield* lines(away, "store")
      expect(bare ?? "").toMatch(/^warn +store .*: no bot_state, fills, .* → apply the migrations/)
    })
  )
})

describe("a start", () => {
  /** What a start on these settings says on standard error, and whether it goes on. */
  const said = (settings: Settings) =>
    Effect.gen(function* () {
      const heard: Array<string> = []
      const console = { ...globalThis.console, error: (line: string) => void heard.push(line) }
      const goesOn = yield* fitToStart(settings).pipe(
        Effect.provideService(Console.Console, console),
        Effect.match({ onFailure: () => false, onSuccess: () => true })
      )
      return { goesOn, heard }
    })

  it.live.each([
    { profit: "0.5", heard: ["PROFIT_PCT 0.5 % against two maker fees of 0.25 %"] },
    { profit: "0.51", heard: [] }
  ])("on paper with a profit target of $profit % warns: $heard", ({ profit, heard }) =>
    Effect.gen(function* () {
      const start = yield* said(yield* machine({ PROFIT_PCT: profit }))
      expect(start.goesOn).toBe(true)
      expect(start.heard).toHaveLength(heard.length)
      for (const [index, line] of heard.entries()) expect(start.heard[index]).toContain(line)
    })
  )

  it.live("warns of more slots than the tier has room for", () =>
    Effect.gen(function* () {
      const { heard } = yield* said(yield* machine({ SLOTS: "12", KRAKEN_TIER: "starter" }))
      expect(heard).toHaveLength(1)
      expect(heard[0] ?? "").toMatch(/^warn +tier .*45 of them planned with; 12 slots hold up to 48/)
    })
  )

  it.live("with real money does not go on while anything fails", () =>
    Effect.gen(function* () {
      const port = yield* Effect.promise(() => freePort())
      const keys = { KRAKEN_API_KEY: "key", KRAKEN_API_SECRET: "c2VjcmV0" }
      const away = { KRAKEN_REST_URL: `http://127.0.0.1:${port}`, LIVE: "true", ...keys }
      expect((yield* said(yield* machine(away))).goesOn).toBe(false)
    })
  )
})

describe.runIf(natsServerFound())("the doctor at a NATS server", () => {
  it.live("takes a stream that is not there yet for a market that has not begun", () =>
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(
        Effect.promise(() => startNatsServer()),
        ({ dispose }) => Effect.promise(dispose)
      )
      const settings = yield* machine({ NATS_URL: server.url })
      expect(yield* lines(settings, "journal")).toStrictEqual(["ok   journal   none yet; the first start makes it"])
      const [nats] = yield* lines(settings, "nats")
      expect(nats ?? "").toMatch(/^(ok|warn) +nats +nats:\/\/.*: nats-server 2\./)
      yield* written(settings, subjectsOf(settings).control("test"))
      expect((yield* lines(settings, "journal"))[0] ?? "").toMatch(/^ok .* stream KENNEL_XDGUSD: 1 records, epoch 1/)
      const packing = (yield* lines(settings, "nats")).filter((line) => line.includes(" packed"))
      expect(packing).toHaveLength(1)
      expect(packing[0] ?? "").toMatch(
        /^ok +nats +stream KENNEL_XDGUSD is (packed on the server's disk|not packed: nats-server 2\S+ is older than 2\.14\.3)$/
      )
    })
  )

  it.live("says where a journal begins that was dropped up to there, and whether its archive is at hand", () =>
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(
        Effect.promise(() => startNatsServer()),
        ({ dispose }) => Effect.promise(dispose)
      )
      const settings = yield* machine({ NATS_URL: server.url })
      const subjects = subjectsOf(settings)
      const fee: MarketEvent = { _tag: "FeesObserved", makerPct: 0.2, takerPct: 0.4 }
      yield* written(settings, subjects.account, fee, fee, fee)
      const files = archiveDirectory(settings)
      const first = yield* Effect.gen(function* () {
        yield* sealEra({ subjects, service: "test", actorsOf: () => [] })
        return (yield* dropArchived(yield* archiveEras(subjects, files, () => Effect.void))) ?? 0
      }).pipe(Effect.provide(Layer.fresh(writableJournal(settings))))
      expect(first).toBeGreaterThan(1)
      const begins = `begins at record ${first}, what stood before was dropped`

      const [whole, withFiles] = yield* lines(settings, "journal")
      expect(whole ?? "").toMatch(/^ok +journal +.* stream KENNEL_XDGUSD, with the archive .*: 5 records/)
      expect(withFiles).toBe(`ok   journal   ${begins} and is read from the archive ${files}`)
      rmSync(files, { recursive: true })
      const [, without, governor] = yield* lines(settings, "journal", "governor")
      expect(without ?? "").toContain(`warn journal   ${begins} and does not stand in the archive ${files} → bring`)
      expect(governor).toBe(`ok   governor  its mode has not changed since record ${first}`)
    })
  )

  it.live("fails where no server answers, and does not wait for the journal there too", () =>
    Effect.gen(function* () {
      const port = yield* Effect.promise(() => freePort())
      const settings = yield* machine({ NATS_URL: `nats://127.0.0.1:${port}` })
      const found = yield* lines(settings, "nats", "journal")
      expect(found).toHaveLength(1)
      expect(found[0] ?? "").toMatch(/^fail +nats +.*no NATS server answered/)
    })
  )
})
