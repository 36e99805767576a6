import type { BackfillPhase } from "../../../shared/core/backfillPhase.ts"
import { expect, it } from "@effect/vitest"
import { describe } from "vitest"
import { NO_JOBS } from "../../../shared/store/port.ts"
import { type JobRound, NO_ROUND, outstanding, roundOf } from "./outstanding.ts"
import { planFetch, type PlanInput } from "./plan.ts"
import { assessReadiness, type Holdings } from "./readiness.ts"
import { afterBackfill, type BackfillMemory, decideBackfill, noBackfillYet, resetStalls } from "./stalls.ts"
import { type BackfillStatus, combined, etaSec, idle, percentOf, precisionOf } from "./status.ts"

describe("the stall breaker", () => {
  const window = { samples: 500, target: 2_000, ready: false }
  const stall = { queued: 719, fresh: 0, samples: 500, target: 2_000 }

  it("opens after as many attempts without a new candle as the setting says, and stays open", () => {
    let memory: BackfillMemory = noBackfillYet
    const said = [1, 2, 3].map((nowMs) => {
      expect(decideBackfill(memory, window, 3)).toStrictEqual({ go: true })
      memory = afterBackfill(memory, stall, nowMs)
      return memory.message
    })
    expect(said).toStrictEqual([
      "queued=719 new=0 est_total=500/2000 stalls=1",
      "queued=719 new=0 est_total=500/2000 stalls=2",
      "queued=719 new=0 est_total=500/2000 stalls=3"
    ])
    expect(decideBackfill(memory, window, 3)).toStrictEqual({
      go: false,
      why: "circuit_open",
      message: "backfill_circuit_open:stalls=3/3"
    })
  })

  it("one new candle forgives all stalls, and a person's reset lets the exchange be asked again", () => {
    const twice = { ...noBackfillYet, stalls: 2 }
    const good = afterBackfill(twice, { queued: 719, fresh: 1, samples: 501, target: 2_000 }, 9)
    expect(good).toStrictEqual({ stalls: 0, message: "queued=719 new=1 est_total=501/2000", lastRunMs: 9 })
    const open = { ...noBackfillYet, stalls: 3 }
    expect(decideBackfill(resetStalls(open), window, 3)).toStrictEqual({ go: true })
  })

  it("a full and fresh window is never asked for, also with an open breaker", () => {
    expect(
      decideBackfill({ ...noBackfillYet, stalls: 9 }, { samples: 730, target: 720, ready: true }, 3)
    ).toStrictEqual({ go: false, why: "already_ready", message: "already_ready:730/720" })
  })
})

describe("readiness", () => {
  const NOW = 1_790_000_000
  const held = { count: 720, oldestSec: NOW - 43_200, newestSec: NOW - 60, withVolume: 720 }
  const assess = (change: Partial<Holdings["coverage"]>, gaps: Holdings["gaps"] = [], against = wanted) =>
    assessReadiness({ coverage: { ...held, ...change }, gaps }, against, NOW)
  const wanted = { intervalMin: 1, target: 720, minimum: 500 }

  it.each([
    ["a full window", {}, [true, true], []],
    [
      "nothing at all",
      { count: 0, newestSec: null, oldestSec: null, withVolume: 0 },
      [false, false],
      ["insufficient_samples:0/500", "below_target_window:0/720", "stale_candles"]
    ],
    [
      "one below the minimum",
      { count: 499, withVolume: 499 },
      [false, false],
      ["insufficient_samples:499/500", "below_target_window:499/720"]
    ],
    ["the minimum", { count: 500, withVolume: 500 }, [true, false], ["below_target_window:500/720"]],
    ["one below the target", { count: 719, withVolume: 719 }, [true, false], ["below_target_window:719/720"]],
    ["a newest candle of 900 s ago", { newestSec: NOW - 900 }, [true, true], []],
    ["a newest candle of 901 s ago", { newestSec: NOW - 901 }, [false, false], ["stale_candles"]],
    ["a newest candle of the future", { newestSec: NOW + 1 }, [false, false], ["stale_candles"]],
    ["95 % with volume", { withVolume: 684 }, [true, true], []],
    ["less than 95 % with volume", { withVolume: 683 }, [true, true], ["low_volume_coverage:94.9%"]],
    ["a hole", {}, [true, true], ["missing_candles:3@2026-09-21T14:00Z/2026-09-21T14:02Z"]]
  ] as const)("with %s", (name, change, [minimum, target], gaps) => {
    const hole = { fromSec: 1_789_999_200, toSec: 1_789_999_320, missing: 3 }
    const readiness = assess(change, name === "a hole" ? [hole] : [])
    expect([readiness.readyForMinTrain, readiness.readyForTargetWindow]).toStrictEqual([minimum, target])
    expect(readiness.gaps).toStrictEqual([...gaps])
  })

  it.each([
    [0, 0],
    [360, 50],
    [720, 100],
    [1_516, 100]
  ])("of %i candles covers %d %% of the window, and never more than all of it", (count, covered) => {
    expect(assess({ count, withVolume: count }).coveragePct).toBe(covered)
  })

  it("candles of fifteen minutes may be as old as three of them", () => {
    const slow = { intervalMin: 15, target: 720, minimum: 200 }
    expect(assess({ newestSec: NOW - 2_700 }, [], slow).freshnessOk).toBe(true)
    expect(assess({ newestSec: NOW - 2_701 }, [], slow).freshnessOk).toBe(false)
  })

  it("of many holes the newest five are named and the others counted", () => {
    const gaps = Array.from({ length: 8 }, (_, i) => ({ fromSec: i * 600, toSec: i * 600, missing: 1 }))
    const lines = assess({}, gaps).gaps
    expect(lines.length).toBe(6)
    expect(lines[0]).toBe("missing_candles:1@1970-01-01T01:10Z/1970-01-01T01:10Z")
    expect(lines[5]).toBe("missing_candles:3@3 more holes")
  })
})

describe("status", () => {
  const running: BackfillStatus = { phase: "in_progress", chunksDone: 10, chunksTotal: 87, startedMs: 0, message: "" }

  it.each([
    ["idle", "IMPRECISE (backfill pending)", 0, null],
    ["pending", "IMPRECISE (backfill pending)", 0, null],
    ["in_progress", "IMPRECISE (backfill 11.5%)", 11.5, 154],
    ["complete", "PRECISE", 100, 0],
    ["skipped", "PRECISE", 100, 0],
    ["disabled", "PRECISE", 100, 0],
    ["error", "IMPRECISE (backfill error)", 11.5, null],
    ["cancelled", "IMPRECISE (backfill cancelled)", 11.5, null]
  ] as const)("%s is %s", (phase, precision, percent, eta) => {
    const status = phase === "idle" || phase === "pending" ? { ...idle, phase } : { ...running, phase }
    expect([precisionOf(status), percentOf(status), etaSec(status, 20_000)]).toStrictEqual([precision, percent, eta])
  })

  it("never shows more than all of it, and no time before the first chunk", () => {
    expect(percentOf({ ...running, chunksDone: 90 })).toBe(100)
    expect(etaSec({ ...running, chunksDone: 0 }, 20_000)).toBeNull()
  })

  it("of several backfills the one that needs attention most speaks for all", () => {
    const of = (phase: BackfillPhase, message: string): BackfillStatus => ({ ...running, phase, message })
    const whole = combined([of("complete", "a"), of("in_progress", "b"), of("skipped", "c")])
    expect([whole.phase, whole.message, whole.chunksDone, whole.chunksTotal]).toStrictEqual([
      "in_progress",
      "b",
      30,
      261
    ])
    expect(combined([])).toStrictEqual(idle)
    expect(combined([of("complete", "a"), of("error", "b")]).phase).toBe("error")
  })
})

describe("everything that is being fetched", () => {
  const full: BackfillStatus = { phase: "complete", chunksDone: 2, chunksTotal: 2, startedMs: 0, message: "" }
  const before = { ...NO_JOBS, complete: 7 }
  const round: JobRound = { startedMs: 10_000, over: 7 }

  it.each([
    ["windows alone, done", full, before, [2, 2, 100, 0]],
    ["windows alone, under way", { ...full, phase: "in_progress", chunksDone: 1 }, before, [1, 2, 50, 20]],
    [
      "full windows and three of four jobs to do",
      full,
      { ...before, complete: 8, pending: 2, in_progress: 1 },
      [3, 6, 50, 30]
    ],
    ["jobs of which none is over: nobody can tell", full, { ...before, pending: 4 }, [2, 6, 33.3, null]],
    ["a failed job is over", full, { ...before, error: 1, pending: 1 }, [3, 4, 75, 10]]
  ] as const)("%s", (_what, status, jobs, [done, total, percent, eta]) => {
    expect(outstanding(status, jobs, round, 20_000)).toStrictEqual({
      chunks_done: done,
      chunks_total: total,
      percent,
      eta_seconds: eta
    })
  })

  it("counts jobs from where their round began: when some wait after none did", () => {
    const first = roundOf(NO_ROUND, NO_JOBS, { ...before, pending: 4 }, 1_000)
    expect(first).toStrictEqual({ startedMs: 1_000, over: 7 })
    expect(roundOf(first, { ...before, pending: 4 }, { ...before, complete: 9, pending: 2 }, 2_000)).toBe(first)
    expect(roundOf(first, { ...before, complete: 11 }, { ...before, complete: 11, pending: 4 }, 9_000)).toStrictEqual({
      startedMs: 9_000,
      over: 11
    })
  })
})

describe("planning a history job", () => {
  const NOW = 1_790_035_200
  const DAY = 86_400
  const input: PlanInput = {
    mode: "missing",
    intervalMin: 1_440,
    days: 250,
    retentionDays: null,
    reachable: null,
    nowSec: NOW + 3_600
  }
  const none = { count: 0, newestSec: null }
  const some = (count: number, newestSec: number) => ({ count, newestSec })

  it.each([
    ["nothing is there", {}, none, true, NOW - 249 * DAY, 1],
    ["199 of 249 are there: enough for a 200-day average is not", {}, some(199, NOW - DAY), true, NOW - 249 * DAY, 1],
    ["200 of 249 are there", {}, some(200, NOW - DAY), false, null, 0],
    ["all is asked for again", { mode: "full" }, some(249, NOW - DAY), true, NOW - 249 * DAY, 1],
    ["incremental and nothing is there", { mode: "incremental" }, none, true, NOW - 249 * DAY, 1],
    ["incremental and two days are missing", { mode: "incremental" }, some(200, NOW - 3 * DAY), true, NOW - 2 * DAY, 1],
    ["incremental and the last closed day is there", { mode: "incremental" }, some(1, NOW - DAY), false, null, 0],
    ["hours take several pages", { intervalMin: 60 }, none, true, NOW + 3_600 - 250 * DAY, 6],
    [
      "a source with a ceiling gives one page",
      { intervalMin: 60, reachable: 719 },
      none,
      true,
      NOW + 3_600 - 250 * DAY,
      1
    ],
    [
      "what retention deletes is not asked for",
      { intervalMin: 15, retentionDays: 14 },
      none,
      true,
      NOW + 3_600 - 14 * DAY,
      2
    ]
  ] as const)("when %s", (_, change, held, fetch, sinceSec, chunks) => {
    const plan = planFetch({ ...input, ...change }, held)
    expect([plan.fetch, plan.chunks]).toStrictEqual([fetch, chunks])
    if (sinceSec !== null) expect(plan.sinceSec).toBe(sinceSec)
  })

  it("says how much of what is wanted a source can give", () => {
    const plan = planFetch({ ...input, intervalMin: 60, reachable: 719 }, none)
    expect([plan.reachable, plan.wanted]).toStrictEqual([719, 6_000])
  })

  it("the ceiling's share counts as filled, so a source that cannot give more is not asked for ever", () => {
    const plan = planFetch({ ...input, intervalMin: 60, reachable: 719 }, { ...none, count: 600 })
    expect([plan.fetch, plan.reason]).toStrictEqual([false, "has 600 of 719"])
  })
})
