import { describe, expect, it } from "@effect/vitest"
import type { MarketEvent } from "../../../../shared/events/event.ts"
import { GovernorStory } from "../../testing/governorDriver.ts"
import { NEWEST_RULES } from "../../../../shared/core/rules/versions.ts"
import { governorView } from "../view/view.ts"

const counted = (ours: number, foreign: number): MarketEvent => ({ _tag: "OpenOrdersObserved", ours, foreign })

const notices = (story: GovernorStory): ReadonlyArray<string> =>
  story.ever("NoticeRaised").map(({ severity, reason }) => `${severity} ${reason.rule}`)

/** A market with open orders, and the exchange's count of them, seen at a tick of the clock. */
const drifting = (internal: number, exchange: number, driftThreshold = 10, version = NEWEST_RULES): GovernorStory =>
  new GovernorStory(version)
    .running({ openOrderLimit: 800, orphanPressureWarnAt: 10_000, driftThreshold })
    .openOrders(internal)
    .account(counted(Math.min(internal, exchange), Math.max(0, exchange - internal)))
    .clock()

describe("drift between the exchange's open orders and the journal's", () => {
  it.each([
    { internal: 0, exchange: 9, alerts: false, why: "less than the least" },
    { internal: 0, exchange: 10, alerts: true, why: "the least" },
    { internal: 20, exchange: 10, alerts: true, why: "under by the least" },
    { internal: 20, exchange: 11, alerts: false, why: "under by less than the least" },
    { internal: 400, exchange: 420, alerts: false, why: "at 5 % of many" },
    { internal: 400, exchange: 421, alerts: true, why: "over 5 % of many" }
  ])("$exchange against $internal, $why: alert $alerts", ({ internal, exchange, alerts }) => {
    const story = drifting(internal, exchange).after(600)
    expect(notices(story)).toStrictEqual(alerts ? ["alert open_order_drift"] : [])
  })

  it("counts from one order on unless told otherwise, above 5 %", () => {
    const alerts = (internal: number, exchange: number) => notices(drifting(internal, exchange, 1).after(600)).length
    expect(alerts(0, 1)).toBe(1)
    expect(alerts(19, 20)).toBe(1)
    expect(alerts(20, 21)).toBe(0)
    expect(alerts(20, 22)).toBe(1)
  })

  it.each([1, 2])("had to exceed the threshold under rules %i", (version) => {
    expect(notices(drifting(0, 10, 10, version).after(600))).toStrictEqual([])
    expect(notices(drifting(0, 11, 10, version).after(600))).toStrictEqual(["alert open_order_drift"])
  })

  it("is alerted once it has lasted ten minutes, not a moment before", () => {
    const story = drifting(0, 11).after(599.999)
    expect(notices(story)).toStrictEqual([])
    expect(governorView(story.state)?.open_order_drift_hint.active).toBe(false)
    story.after(0.001)
    const [alert] = story.heard("NoticeRaised")
    expect(alert?.reason.numbers).toStrictEqual({
      exchange: 11,
      internal: 0,
      difference: 11,
      tolerance: 9,
      lastedSec: 600
    })
    expect(governorView(story.state)?.open_order_drift_hint.active).toBe(true)
  })

  it("is alerted again after each cooldown while it lasts", () => {
    const story = drifting(0, 11).after(600).after(1_799)
    expect(notices(story)).toHaveLength(1)
    story.after(1).after(1_800)
    expect(notices(story)).toHaveLength(3)
  })

  it("is called resolved once, and only after an alert", () => {
    const story = drifting(0, 11).after(600).account(counted(0, 0)).after(1).after(1)
    expect(notices(story)).toStrictEqual(["alert open_order_drift", "info open_order_drift_resolved"])
    expect(notices(drifting(0, 11).after(300).account(counted(0, 0)).after(1))).toStrictEqual([])
  })

  it("begins anew when it comes back", () => {
    const story = drifting(0, 11).after(300).account(counted(0, 0)).after(1).account(counted(0, 11)).after(1)
    expect(notices(story.after(599))).toHaveLength(0)
    expect(notices(story.after(1))).toHaveLength(1)
  })

  it.each([
    { internal: 0, exchange: 3, difference: 3 },
    { internal: 2, exchange: 1, difference: -1 }
  ])("of $exchange against $internal is shown as $difference", ({ internal, exchange, difference }) => {
    const hint = governorView(drifting(internal, exchange).state)?.open_order_drift_hint
    expect(hint).toMatchObject({ exchange, internal, difference })
  })

  it("is unknown before the exchange has counted", () => {
    expect(notices(new GovernorStory().running().openOrders(30).after(3_600))).toStrictEqual([])
  })
})

describe("the command to reconcile drift", () => {
  it("asks the gateway under the command's id", () => {
    const story = new GovernorStory().running().command({ name: "reconcile_drift" })
    expect(story.said.map(({ _tag }) => _tag)).toStrictEqual(["DriftReconcileAsked", "CommandApplied"])
    expect(story.heard("DriftReconcileAsked")[0]?.commandId).toBe(story.heard("CommandApplied")[0]?.commandId)
  })

  it("is answered for people with what was cancelled and what was left, ten of each by name", () => {
    const cancelled = Array.from({ length: 12 }, (_, n) => ({ txid: `T${n}`, clientId: `k${n}` }))
    const story = new GovernorStory()
      .running()
      .account({ _tag: "DriftReconciled", commandId: "c1", cancelled, leftAlone: ["F1"] })
    const [{ severity, reason } = { severity: null, reason: null }] = story.heard("NoticeRaised")
    expect(severity).toBe("info")
    expect(reason?.rule).toBe("drift_reconciled")
    expect(reason?.numbers).toMatchObject({
      commandId: "c1",
      cancelled: 12,
      leftAlone: 1,
      cancelledTxids: "T0 T1 T2 T3 T4 T5 T6 T7 T8 T9 and 2 more",
      leftAloneTxids: "F1"
    })
  })

  it("is answered with ten names where there are ten, and with none where there is none", () => {
    const leftAlone = Array.from({ length: 10 }, (_, n) => `F${n}`)
    const story = new GovernorStory()
      .running()
      .account({ _tag: "DriftReconciled", commandId: "c1", cancelled: [], leftAlone })
    expect(story.heard("NoticeRaised")[0]?.reason.numbers).toStrictEqual({
      commandId: "c1",
      cancelled: 0,
      leftAlone: 10,
      leftAloneTxids: "F0 F1 F2 F3 F4 F5 F6 F7 F8 F9"
    })
    const none = { commandId: "c2", cancelled: [], leftAlone: [] }
    story.account({ _tag: "DriftReconciled", ...none })
    expect(story.heard("NoticeRaised")[0]?.reason.numbers).toStrictEqual({
      commandId: "c2",
      cancelled: 0,
      leftAlone: 0
    })
  })
})
