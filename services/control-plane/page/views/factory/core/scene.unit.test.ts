import { describe, expect, it } from "vitest"
import type { Status } from "../../../../core/brief.ts"
import { reportOf } from "../../../../core/report.ts"
import { governor, observedAt, opening, OPTIONS, price, slots } from "../../../../testing/examples.ts"
import { moved } from "./motion.ts"
import { machineAt, type Scene, sceneOf, zoomOf } from "./scene.ts"

const report = reportOf(
  observedAt([...opening, price("0.141")], { slots, startHead: opening.length, governor }),
  OPTIONS
)
const floor = (fields: Partial<Status> = {}, width = 960): Scene => sceneOf({ ...report, ...fields }, width)
const market = (fields: Partial<Status["market"]>) => ({ market: { ...report.market, ...fields } })

describe("the factory floor", () => {
  it("is magnified where few machines stand on it, and never on a phone", () => {
    expect([1, 5, 10, 50].map((machines) => zoomOf(machines, 1_200))).toEqual([2, 1.6, 1.3, 1])
    expect(zoomOf(1, 360)).toBe(1)
  })

  it("has a machine for each slot and nothing that is not in the status", () => {
    const { machines } = floor()
    expect(machines.map(({ slot, name, code }) => [slot, name, code])).toEqual(
      report.slots.map(({ slot_id: slot, alias, phase }) => [slot, alias ?? `Slot ${slot}`, phase])
    )
    const crates = machines.flatMap((machine) => machine.crates.map(({ id }) => id))
    const orders = report.slots.flatMap(({ slot_id: slot, orders: active, recovery_orders: recoveries }) =>
      [...active, ...recoveries].map(({ local_id: id }) => `${slot}/${id}`)
    )
    expect(crates).toEqual(orders)
    expect(floor({ slots: [] })).toMatchObject({ machines: [], height: expect.any(Number) })
  })

  it("puts an order the nearer to its machine, the nearer it is to the market", () => {
    const [slot] = report.slots
    if (slot === undefined) throw new Error("the example has slots")
    const [order] = slot.orders
    if (order === undefined) throw new Error("the example has orders")
    const at = (side: "buy" | "sell", distance: number) =>
      floor({ slots: [{ ...slot, recovery_orders: [], orders: [{ ...order, side, distance_pct: distance }] }] })
        .machines[0]?.crates[0]?.x ?? Number.NaN
    expect(at("sell", 0.1)).toBeLessThan(at("sell", 2))
    expect(at("buy", -0.1)).toBeGreaterThan(at("buy", -2))
    expect(at("sell", 3)).toBe(at("sell", 30))
  })

  it("sends recoveries round, and counts those that find no room", () => {
    const slot = report.slots.find(({ recovery_orders: recoveries }) => recoveries.length > 0)
    const recovery = slot?.recovery_orders[0]
    if (slot === undefined || recovery === undefined) throw new Error("the example has a recovery")
    const many = Array.from({ length: 20 }, (_, index) => ({ ...recovery, local_id: 100 + index }))
    const machine = floor({ slots: [{ ...slot, orders: [], recovery_orders: many }] }).machines[0]
    expect(machine?.crates).toHaveLength(14)
    expect(machine?.hidden).toBe(6)
    expect(new Set(machine?.crates.map(({ kind }) => kind))).toEqual(new Set(["recovery"]))
  })

  it.each([
    [{ mode: "RUNNING" as const }, "live", true],
    [{ mode: "PAUSED" as const }, "live", false],
    [{ mode: "RUNNING" as const, ...market({ price_age_sec: 61 }) }, "stale", false],
    [{ mode: "RUNNING" as const, ...market({ price_age_sec: null }) }, "dead", false],
    [{ mode: "RUNNING" as const, ...market({ price: null }) }, "dead", false]
  ])("runs only on a fresh price and in a market that runs (%#)", (fields, power, moving) => {
    expect(floor(fields)).toMatchObject({ power: { state: power }, moving })
  })

  it("lights each machine's lamp: halted before anything else, still in a market that stands", () => {
    const [slot] = report.slots
    if (slot === undefined) throw new Error("the example has slots")
    const lamp = (fields: Partial<typeof slot>, mode: Status["mode"] = "RUNNING") =>
      floor({ mode, slots: [{ ...slot, life: "active", refusals: {}, ...fields }] }).machines[0]?.lamp
    expect(lamp({})).toBe("running")
    expect(lamp({ refusals: { "entry A": "It rests." } })).toBe("waiting")
    expect(lamp({}, "PAUSED")).toBe("still")
    expect(lamp({ life: "retiring" })).toBe("retiring")
    expect(lamp({ halted: ["two exits"], life: "retiring" })).toBe("halted")
  })

  it("sounds an alarm for what halts, pauses or should be looked at, in the status's own words", () => {
    const alarms = floor({
      mode: "HALTED",
      mode_reason: "slot 1 halted",
      warnings: ["exchange: the pair is offline"]
    }).alarms
    expect(alarms).toEqual([
      { tone: "halt", text: "slot 1 halted" },
      { tone: "warn", text: "exchange: the pair is offline" }
    ])
    expect(floor({ mode: "PAUSED", mode_causes: ["The price is old."] }).alarms).toContainEqual({
      tone: "pause",
      text: "The price is old."
    })
  })

  it.each([320, 960, 3840])("fits a width of %i with room between the machines", (width) => {
    const many = Array.from({ length: 100 }, (_, index) => ({ ...report.slots[0], slot_id: index + 1 }))
    const scene = floor({ slots: many as unknown as Status["slots"] }, width)
    const boxes = scene.machines.map(({ x, y, width: wide, height }) => ({ x, y, right: x + wide, bottom: y + height }))
    expect(Math.max(...boxes.map(({ right }) => right))).toBeLessThanOrEqual(width)
    expect(Math.max(...boxes.map(({ bottom }) => bottom))).toBeLessThanOrEqual(scene.height)
    expect(new Set(boxes.map(({ x, y }) => `${x} ${y}`)).size).toBe(100)
  })

  it("knows which machine stands where", () => {
    const scene = floor()
    const machine = scene.machines[1]
    if (machine === undefined) throw new Error("the example has two slots")
    expect(machineAt(scene, machine.x + 1, machine.y + 1)?.slot).toBe(machine.slot)
    expect(machineAt(scene, 1, 1)).toBeNull()
  })
})

describe("what moves", () => {
  const scene = floor()
  const crate = scene.machines[0]?.crates[0]
  if (crate === undefined) throw new Error("the example has orders")
  const from = new Map([[crate.id, { x: crate.x + 100, y: crate.y }]])

  it("glides to where it belongs and stays there", () => {
    const after = moved(from, scene, 100, false).get(crate.id)?.x ?? Number.NaN
    expect(after).toBeGreaterThan(crate.x)
    expect(after).toBeLessThan(crate.x + 100)
    expect(moved(from, scene, 60_000, false).get(crate.id)).toEqual({ x: crate.x, y: crate.y })
  })

  it("is there at once for whoever asked for less motion, and where it is new", () => {
    expect(moved(from, scene, 16, true).get(crate.id)).toEqual({ x: crate.x, y: crate.y })
    expect(moved(new Map(), scene, 16, false).get(crate.id)).toEqual({ x: crate.x, y: crate.y })
  })

  it("forgets crates that have left the floor", () => {
    expect(moved(new Map([["9/9", { x: 1, y: 1 }]]), scene, 16, false).has("9/9")).toBe(false)
  })
})
