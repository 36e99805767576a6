import { describe, expect, it } from "vitest"
import { marketSubjects, standingOf } from "../core/ids/subjects.ts"
import { CONTROL_OF, objectionTo } from "./belonging.ts"
import { ENVELOPE_VERSION } from "./envelope.ts"
import { FAMILIES } from "./event.ts"

const subjects = marketSubjects("XDGUSD")

type Asked = Parameters<typeof objectionTo>[2]["events"]

const askIn = (writtenIn: number, subject: string, writer: string, ...events: Asked) =>
  objectionTo(subject, standingOf(subject), { writer, writtenIn, events })
const ask = (subject: string, writer: string, ...events: Asked) => askIn(ENVELOPE_VERSION, subject, writer, ...events)

/** Every tag that a control record may carry. */
const CONTROL_TAGS = FAMILIES.control
  .map((member): string => member.fields._tag.schema.literal)
  .filter((tag) => tag !== "FrameQuarantined")

describe("what may stand where", () => {
  it.each([
    [subjects.price, "market-feed", "PriceObserved"],
    [subjects.order(3), "order-gateway", "OrderFilled"],
    [subjects.out("slot-3"), "slot-3", "OrderRequested"],
    [subjects.out("governor"), "governor", "EntryGranted"],
    [subjects.control("rebalancer"), "rebalancer", "EpochRaised"],
    [subjects.control("test"), "test", "MarketConfigured"],
    [subjects.quarantine, "market-feed", "FrameQuarantined"],
    [subjects.seal, "operator", "EraSealed"],
    [subjects.lease("telegram"), "control-plane", "LeaseTaken"],
    [subjects.price, "simulation", "PriceObserved"]
  ])("%s takes from %s a %s", (subject, writer, _tag) => {
    expect(ask(subject, writer, { _tag })).toBeNull()
  })

  it.each([
    ["a command on control", subjects.control("control-plane"), "control-plane", "CommandIssued", /does not belong/],
    ["a grant on control", subjects.control("governor"), "governor", "EntryGranted", /does not belong/],
    ["a grant from a slot", subjects.out("slot-3"), "slot-3", "EntryGranted", /does not belong/],
    ["a fill from a slot", subjects.out("slot-3"), "slot-3", "OrderFilled", /does not belong/],
    [
      "a frame put aside on control",
      subjects.control("market-feed"),
      "market-feed",
      "FrameQuarantined",
      /does not belong/
    ],
    ["control of nobody", subjects.oldControl, "governor", "GovernorConfigured", /subject of their writer/],
    ["control of a test on the old subject", subjects.oldControl, "test", "EpochRaised", /subject of their writer/],
    ["control below a writer", `${subjects.control("governor")}.any`, "governor", "EpochRaised", /nothing of a market/],
    ["rules on quarantine", subjects.quarantine, "market-feed", "GovernorConfigured", /does not belong/],
    ["an order fact of no slot", `${subjects.root}.order.any`, "order-gateway", "OrderFilled", /nothing of a market/],
    ["an actor that no market has", subjects.out("toy"), "toy", "OrderRequested", /nothing of a market/],
    ["a subject beside the market", "market", "toy", "PriceObserved", /nothing of a market/],
    ["a lease by the governor", subjects.lease("telegram"), "governor", "LeaseTaken", /governor does not write/],
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

describe("control records", () => {
  it.each(Object.keys(CONTROL_OF))("%s writes its own on its own subject, and no other anywhere", (writer) => {
    for (const _tag of CONTROL_TAGS) {
      const may = CONTROL_OF[writer]?.includes(_tag) === true
      expect(ask(subjects.control(writer), writer, { _tag }) === null, _tag).toBe(may)
      for (const other of Object.keys(CONTROL_OF).filter((name) => name !== writer)) {
        expect(ask(subjects.control(other), writer, { _tag })).toMatch(/does not write on this subject/)
        // In the other's name, where the server lets only the other write.
        expect(ask(subjects.control(writer), other, { _tag })).toMatch(/does not write on this subject/)
      }
    }
  })

  it("a service starts in its own name, and says of its start only what it is there for", () => {
    const start = { _tag: "EpochRaised", service: "projector" }
    expect(ask(subjects.control("projector"), "projector", start)).toBeNull()
    expect(ask(subjects.control("projector"), "projector", { ...start, service: "governor" })).toMatch(/speak for/)
    expect(ask(subjects.control("projector"), "projector", { ...start, watchesOrders: true })).toMatch(/watchesOrders/)
    expect(ask(subjects.control("projector"), "projector", { ...start, fitsModels: true })).toMatch(/fitsModels/)
    const gateway = { _tag: "EpochRaised", service: "order-gateway", watchesOrders: true, fitsModels: false }
    expect(ask(subjects.control("order-gateway"), "order-gateway", gateway)).toBeNull()
  })

  it("stood on one subject before shapes version 3, and are read from there", () => {
    for (const _tag of CONTROL_TAGS) {
      expect(askIn(1, subjects.oldControl, "governor", { _tag })).toBeNull()
      expect(askIn(2, subjects.oldControl, "kennel up", { _tag })).toBeNull()
    }
    expect(askIn(2, subjects.oldControl, "governor", { _tag: "CommandIssued" })).toMatch(/does not belong/)
  })
})
