import { describe, expect, it } from "vitest"
import { observedAt, opening, OPTIONS, price, slots } from "../../testing/examples.ts"
import { HEARTBEAT_MS } from "../../http/streamHub.ts"
import type { Status } from "../../core/brief.ts"
import { reportOf } from "../../core/report.ts"
import { beat, conditionOf, heard, isSilent, lost, LOST_AFTER_MS, priceAgeSec, unknown } from "./connection.ts"

const ready = reportOf(observedAt([...opening, price("0.141")], { slots, startHead: opening.length }), OPTIONS)
const known = heard(unknown(0), ready, 0)
const withMarket = (market: Partial<Status["market"]>): Status => ({
  ...ready,
  market: { ...ready.market, ...market }
})

describe("the state of the page", () => {
  it("is waiting until the first report", () => {
    expect(conditionOf(unknown(0), 0)).toMatchObject({ kind: "waiting", title: "Connecting" })
  })

  it("is lost when the first report never comes", () => {
    expect(conditionOf(lost(unknown(0)), 0)).toMatchObject({ kind: "lost", title: "No connection to the server" })
  })

  it("is ready when the server is", () => {
    expect(conditionOf(known, 0)).toEqual({ kind: "ready", title: "Running", details: [] })
  })

  it("waits with the server, and says for what", () => {
    const report = { ...ready, ready: false, waiting_for: ["account: orders not yet compared with the exchange"] }
    expect(conditionOf(heard(known, report, 0), 0)).toMatchObject({ kind: "waiting", details: report.waiting_for })
  })

  it("goes stale by itself when the price grows old between two reports", () => {
    expect(conditionOf(known, 60_000).kind).toBe("ready")
    expect(conditionOf(known, 60_001).kind).toBe("stale")
  })

  it("says first that nobody tells the time: the mode, and whatever else is shown, is old", () => {
    const stopped = observedAt([...opening, price("0.141")], { slots, startHead: opening.length, clockSilentSec: 31 })
    expect(conditionOf(heard(known, reportOf(stopped, OPTIONS), 0), 60_001)).toMatchObject({
      kind: "stale",
      title: "No clock",
      details: [expect.stringMatching(/^clock: no clock for 31 s/)]
    })
  })

  it("is halted before it is stale, and lost before it is halted", () => {
    const halted = heard(
      known,
      { ...ready, mode: "HALTED", mode_reason: "slot 1 halted: two buy exits", mode_next: "Remove it." },
      0
    )
    expect(conditionOf(halted, 60_001)).toMatchObject({
      kind: "halted",
      details: ["slot 1 halted: two buy exits", "Remove it."]
    })
    expect(conditionOf(lost(halted), 0)).toMatchObject({ kind: "lost", title: "Connection lost" })
  })

  it("reads its journal before anything else is true of it", () => {
    const report = { ...ready, ready: false, mode: "PAUSED" as const, waiting_for: ["history: 40 of 90 records read"] }
    expect(conditionOf(heard(known, report, 0), 0)).toMatchObject({
      kind: "replaying",
      details: ["history: 40 of 90 records read"]
    })
  })

  it("comes back with the next report or beat", () => {
    expect(conditionOf(heard(lost(known), ready, 5), 5).kind).toBe("ready")
    expect(conditionOf(beat(lost(known), 5), 5).kind).toBe("ready")
  })

  it("takes the server for gone after two missed beats", () => {
    expect(isSilent(known, LOST_AFTER_MS)).toBe(false)
    expect(isSilent(known, LOST_AFTER_MS + 1)).toBe(true)
    expect(isSilent(beat(known, 20_000), LOST_AFTER_MS + 1)).toBe(false)
  })
})

describe("the age of the price", () => {
  it("grows with the wall clock on a real exchange", () => {
    expect(priceAgeSec(known, 2_000)).toBe(2)
  })

  it("grows as fast as the simulator runs", () => {
    const simulated = { ...ready, simulator: { market: "walk", speed: 60 } }
    expect(priceAgeSec(heard(known, simulated, 0), 500)).toBe(30)
  })

  it("stays unknown while the server does not know it", () => {
    expect(priceAgeSec(heard(known, withMarket({ price_age_sec: null }), 0), 2_000)).toBeNull()
  })
})

describe("the page's patience", () => {
  it("takes a connection for lost after two missed beats, and not after one", () => {
    expect(LOST_AFTER_MS).toBeGreaterThan(2 * HEARTBEAT_MS)
    expect(LOST_AFTER_MS).toBeLessThan(3 * HEARTBEAT_MS)
  })
})
