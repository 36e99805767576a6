import { describe, expect, it } from "vitest"
import { marketSubjects, standingOf } from "../core/ids/subjects.ts"
import { objectionTo } from "./belonging.ts"

const subjects = marketSubjects("XDGUSD")

const ask = (subject: string, writer: string, ...events: ReadonlyArray<{ _tag: string; commandId?: string }>) =>
  objectionTo(subject, standingOf(subject), { writer, events })

describe("what may stand where", () => {
  it.each([
    [subjects.price, "market-feed", "PriceObserved"],
    [subjects.order(3), "order-gateway", "OrderFilled"],
    [subjects.out("slot-3"), "slot-3", "OrderRequested"],
    [subjects.out("governor"), "governor", "EntryGranted"],
    [subjects.control, "rebalancer", "EpochRaised"],
    [subjects.quarantine, "market-feed", "FrameQuarantined"],
    [subjects.seal, "operator", "EraSealed"],
    [subjects.price, "simulation", "PriceObserved"]
  ])("%s takes from %s a %s", (subject, writer, _tag) => {
    expect(ask(subject, writer, { _tag })).toBeNull()
  })

  it.each([
    ["a command on control", subjects.control, "control-plane", "CommandIssued", /does not belong/],
    ["a grant on control", subjects.control, "governor", "EntryGranted", /does not belong/],
    ["a grant from a slot", subjects.out("slot-3"), "slot-3", "EntryGranted", /does not belong/],
    ["a fill from a slot", subjects.out("slot-3"), "slot-3", "OrderFilled", /does not belong/],
    ["a frame put aside on control", subjects.control, "market-feed", "FrameQuarantined", /does not belong/],
    ["rules on quarantine", subjects.quarantine, "market-feed", "GovernorConfigured", /does not belong/],
    ["an order fact of no slot", `${subjects.root}.order.any`, "order-gateway", "OrderFilled", /nothing of a market/],
    ["an actor that no market has", subjects.out("toy"), "toy", "OrderRequested", /nothing of a market/],
    ["a subject beside the market", "market", "toy", "PriceObserved", /nothing of a market/],
    ["a fill by the feed", subjects.order(3), "market-feed", "OrderFilled", /market-feed does not write/],
    ["a slot's decision by the gateway", subjects.out("slot-3"), "order-gateway", "OrderRequested", /does not write/]
  ])("%s is refused", (_what, subject, writer, _tag, problem) => {
    expect(ask(subject, writer, { _tag })).toMatch(problem)
  })

  it("a command stands on the subject of its own id only", () => {
    expect(ask(subjects.command("a"), "control-plane", { _tag: "CommandIssued", commandId: "a" })).toBeNull()
    expect(ask(subjects.command("a"), "control-plane", { _tag: "CommandIssued", commandId: "b" })).toMatch(/command b/)
  })

  it("every event of a record is asked", () => {
    expect(ask(subjects.price, "market-feed", { _tag: "PriceObserved" }, { _tag: "OrderFilled" })).toMatch(
      /OrderFilled/
    )
  })
})
