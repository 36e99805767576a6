/** The lines an operator follows a start by, and that the runbook names each of them. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { partly } from "../testing/partly.ts"
import { logLines, NOTHING_TOLD } from "./logLines.ts"
import type { StatusReport } from "./report.ts"

type Backfill = NonNullable<StatusReport["backfill"]>

const report = (mode: string, reason: string | null, backfill?: Partial<Backfill>) =>
  partly<StatusReport>({
    mode,
    mode_reason: reason,
    ready: mode === "RUNNING",
    waiting_for: [],
    ...(backfill === undefined ? {} : { backfill })
  } as never)

const fetching = (percent: number, eta_seconds: number | null): Partial<Backfill> => ({
  backfill_status: "in_progress",
  percent,
  eta_seconds,
  message: ""
})

/** All lines of these reports, one after the other. */
const told = (...reports: ReadonlyArray<StatusReport>): ReadonlyArray<string> => {
  let before = NOTHING_TOLD
  return reports.flatMap((next) => {
    const said = logLines(before, next)
    before = said.told
    return said.lines
  })
}

const RUNBOOK = ["operations.md", "candles.md"].map((name) =>
  readFileSync(join(import.meta.dirname, "../../../docs", name), "utf8")
)

describe("the log", () => {
  it("says when trading begins and ends, with the reason, once for each mode", () => {
    expect(
      told(
        report("STARTING", "the price is not known yet"),
        report("STARTING", "the balances are not known yet"),
        report("RUNNING", null),
        report("RUNNING", null),
        report("PAUSED", "the price is 61 s old"),
        report("PAUSED", "the price is 62 s old"),
        report("HALTED", "slot 1 broke its rules")
      )
    ).toEqual([
      "TRADING DISABLED: the price is not known yet",
      "TRADING ENABLED",
      "TRADING DISABLED: the price is 61 s old",
      "TRADING DISABLED: slot 1 broke its rules"
    ])
  })

  it("follows a backfill by its status and its tenths", () => {
    const lines = told(
      report("RUNNING", null, { ...fetching(0, null), backfill_status: "pending" }),
      report("RUNNING", null, fetching(3, null)),
      report("RUNNING", null, fetching(9, 30)),
      report("RUNNING", null, fetching(41, 12)),
      report("RUNNING", null, fetching(44, 11)),
      report("RUNNING", null, { ...fetching(100, 0), backfill_status: "complete", message: "queued=719 new=719" })
    )
    expect(lines).toEqual([
      "Backfill of candles: pending",
      "TRADING ENABLED",
      "Backfill of candles: in progress, 3 %, time left not known yet",
      "Backfill of candles: in progress, 41 %, 12 s to go",
      "Backfill of candles: complete: queued=719 new=719"
    ])
  })

  it("has its lines in the runbook", () => {
    for (const line of [
      "TRADING ENABLED",
      "TRADING DISABLED: ",
      "Backfill of candles: pending",
      "Backfill of candles: complete",
      "in progress, 40 %, 12 s to go",
      "Backfill of trades"
    ]) {
      expect(RUNBOOK.join("\n")).toContain(line)
    }
  })
})
