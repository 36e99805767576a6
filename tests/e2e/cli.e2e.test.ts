import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { appendControl, raiseEpoch } from "../../shared/actor/control/control.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { Journal } from "../../shared/journal/port.ts"
import { startKennel } from "../testing/processes.ts"

const subjects = marketSubjects("XDGUSD")
let directory = ""

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "kennel-cli-"))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const kennel = async (
  ...args: ReadonlyArray<string>
): Promise<{ readonly code: number | null; readonly output: string }> => {
  const process = startKennel(args, { DATA_DIR: directory, KRAKEN_API_KEY: "hunter2", KRAKEN_API_SECRET: "hunter3" })
  const code = await process.ended
  return { code, output: process.output() }
}

/** Writes to the journal of the data directory, as a running market would. */
const inJournal = <A, E>(effect: Effect.Effect<A, E, Journal>) =>
  Effect.runPromise(Effect.provide(effect, EmbeddedJournal.layer({ directory: join(directory, "journal") })))

/** The scripts that a process has read, as V8 lists them. */
const readCoverage = (report: string): ReadonlyArray<string> =>
  (JSON.parse(report) as { readonly result: ReadonlyArray<{ readonly url: string }> }).result.map(({ url }) => url)

describe("kennel", () => {
  it.each([
    [["--help"], /SUBCOMMANDS[^]*up[^]*service[^]*config[^]*journal[^]*conformance/],
    [["up", "--help"], /--market[^]*--speed/],
    [
      ["service", "--help"],
      /market-feed, slot-actor, governor, rebalancer, order-gateway, ohlcv-ingestor, hmm-advisor, market-context, projector, journal-keeper, control-plane, exchange-sim/
    ],
    [["journal", "verify", "--help"], /compare every recorded decision/]
  ])("%j explains itself", async (args, expected) => {
    const { code, output } = await kennel(...args)
    expect(code).toBe(0)
    expect(output).toMatch(expected)
  })

  it.each([
    [["--help"], []],
    [["journl"], []],
    [["config"], ["app/settings.ts"]]
  ])("%j reads of the application only what it needs", async (args, expected) => {
    const coverage = join(directory, "coverage")
    const process = startKennel(args, { DATA_DIR: directory, NODE_V8_COVERAGE: coverage })
    await process.ended
    const reports = await Promise.all(
      (await readdir(coverage)).map((file) => readFile(join(coverage, file), "utf8").then(readCoverage))
    )
    const loaded = reports.flat().filter((url) => /\/(app|services)\//.test(url))
    for (const module of expected) expect(loaded.some((url) => url.endsWith(module))).toBe(true)
    if (expected.length === 0) expect(loaded).toStrictEqual([])
  })

  it("config shows every value and no secret", async () => {
    const { code, output } = await kennel("config")
    expect(code).toBe(0)
    expect(output).toMatch(/ENTRY_PCT +0\.2 %/)
    expect(output).not.toMatch(/hunter/)
  })

  it("an unknown command fails and names it", async () => {
    const { code, output } = await kennel("fly")
    expect(code).toBe(1)
    expect(output).toMatch(/fly/)
  })

  it("stays closed for real money while a check of the doctor fails, and says which", async () => {
    const process = startKennel(["up"], {
      DATA_DIR: directory,
      LIVE: "true",
      KRAKEN_API_KEY: "hunter2",
      KRAKEN_API_SECRET: "aHVudGVyMw==",
      // Nobody listens there.
      KRAKEN_REST_URL: "http://127.0.0.1:1"
    })
    expect(await process.ended).toBe(1)
    expect(process.output()).toMatch(/kennel: fail clock[^]*findings must be mended first/)
    expect(process.output()).not.toMatch(/hunter|aHVud/)
  })
})

describe("kennel doctor", () => {
  it("finds nothing to mend on a newcomer's machine", async () => {
    const { code, output } = await kennel("doctor")
    expect(code).toBe(0)
    expect(output).toMatch(/^ok {3}settings /m)
    expect(output).toMatch(/^ok {3}fees +PROFIT_PCT 1 % against two maker fees of 0.25 %/m)
    expect(output).toMatch(/^ok {3}tier +KRAKEN_TIER starter: 60 open orders, 45 of them planned with/m)
    expect(output).not.toMatch(/hunter/)
  })

  it("names what is wrong, what to do, and ends with 1", async () => {
    const process = startKennel(["doctor"], { DATA_DIR: directory, PROFIT_PCT: "0.4", SLOTS: "40", PORT: "x" })
    expect(await process.ended).toBe(1)
    expect(process.output()).toMatch(/^fail settings +PORT=x: is not a whole number .* → correct it/m)
    expect(process.output()).toMatch(/^warn fees .* → every cycle would lose; set PROFIT_PCT above 0.5/m)
    expect(process.output()).toMatch(/^warn tier .*40 slots hold up to 160 → fewer SLOTS/m)
  })
})

describe("kennel journal", () => {
  it("verify says where there is no journal", async () => {
    const { code, output } = await kennel("journal", "verify", join(directory, "nothing"))
    expect(code).toBe(1)
    expect(output).toMatch(/kennel: .*nothing: holds no journal/)
  })

  it("verify counts the events of a journal and what does not follow", async () => {
    await inJournal(
      Effect.gen(function* () {
        yield* raiseEpoch({
          subjects,
          service: "test",
          reason: "start",
          timeMs: 0,
          watchesOrders: true,
          fitsModels: true
        })
        const journal = yield* Journal
        yield* journal.append({
          subject: subjects.price,
          id: "price",
          data: new TextEncoder().encode(
            '{"v":1,"epoch":1,"timeMs":1,"writer":"test","cause":null,"events":[{"_tag":"PriceObserved","last":"0.1","bid":"0.1","ask":"0.1"}]}'
          )
        })
      })
    )
    const sound = await kennel("journal", "verify")
    expect(sound.code, sound.output).toBe(0)
    expect(sound.output).toMatch(/^2 events, 0 divergences$/m)
    await inJournal(
      Effect.flatMap(Journal, (journal) =>
        journal.append({ subject: subjects.price, id: "broken", data: new TextEncoder().encode('{"v":1}') })
      )
    )
    const broken = await kennel("journal", "verify")
    expect(broken.code).toBe(1)
    expect(broken.output).toMatch(/record 3 on market\.XDGUSD\.price does not decode/)
    expect(broken.output).toMatch(/^2 events, 1 divergences$/m)
  })

  it("tail prints records as they are", async () => {
    await inJournal(
      raiseEpoch({ subjects, service: "test", reason: "start", timeMs: 0, watchesOrders: true, fitsModels: true })
    )
    const { output } = await kennel("journal", "tail")
    expect(output).toMatch(/^1 market\.XDGUSD\.control\.test .*"_tag":"EpochRaised","epoch":1/m)
  })

  it("skip excludes a record that nobody reads, once it is told, and keep answers for one that stands", async () => {
    const fault = (seq: number) =>
      appendControl({
        subjects,
        writer: "test",
        timeMs: 0,
        make: (view) =>
          view.faults.some((told) => told.seq === seq)
            ? null
            : { _tag: "FaultRaised", actor: "*", seq, problem: "does not decode" }
      })
    await inJournal(
      Effect.flatMap(Journal, ({ append }) =>
        append({ subject: subjects.clock, id: "broken", data: new TextEncoder().encode("{") })
      )
    )
    const { output: tail } = await kennel("journal", "tail")
    const broken = Number(/^(\d+) \S*clock /m.exec(tail)?.[1])
    await inJournal(Effect.andThen(fault(broken), fault(broken + 1)))
    const answer = (command: string, seq: number, ...more: ReadonlyArray<string>) =>
      kennel("journal", command, String(seq), "--actor", "*", "--reason", "test", ...more)
    const other = await answer("skip", 99)
    expect(other.code).toBe(1)
    expect(other.output).toMatch(/no fault of actor "\*" at record 99/)
    const { code, output } = await answer("skip", broken)
    expect(code, output).toBe(0)
    expect((await kennel("journal", "tail")).output).toMatch(/"_tag":"RecordSkipped","actor":"\*"/)
    expect((await answer("skip", broken)).code).toBe(0)
    const sound = await answer("skip", broken + 1)
    expect([sound.code, sound.output]).toEqual([
      1,
      expect.stringMatching(/this build reads record .*--although-it-stands/)
    ])
    const kept = await answer("keep", broken + 1)
    expect(kept.code, kept.output).toBe(0)
    expect(kept.output).toMatch(/stands, and its fault is answered/)
    expect((await answer("skip", broken + 1, "--although-it-stands")).output).toMatch(/no fault of actor/)
  })
})
