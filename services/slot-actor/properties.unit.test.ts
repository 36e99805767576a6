/**
 * Whatever a legal exchange, a market and a clock do to a slot, its books stay right. Commands are drawn with a fixed
 * seed; a failure prints the seed and the shortest sequence.
 */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { cost, divideHalfEven, Price } from "../../shared/decimal/decimal.ts"
import { decodeRecord, encodeEntry, type Envelope } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { ExchangeModel, type LiveOrder } from "./exchangeModel.ts"
import { haltingViolations } from "./invariants.ts"
import { SlotDriver } from "./slotDriver.ts"
import { MAX_PENDING_CANCELS, type SlotState } from "./state.ts"

const SEED = 20_261_121
const RUNS = 300

const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("price" as const), permille: fc.integer({ min: -45, max: 45 }) })
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("clock" as const), sec: fc.integer({ min: 1, max: 400 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("accept" as const), pick: fc.nat(9) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("fill" as const), pick: fc.nat(9) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("partial" as const),
      pick: fc.nat(9),
      permille: fc.integer({ min: 1, max: 999 })
    })
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cancel" as const), pick: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reject" as const), pick: fc.nat(9) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("answer" as const),
      pick: fc.nat(9),
      filled: fc.constantFrom("nothing" as const, "part" as const, "whole" as const),
      permille: fc.integer({ min: 1, max: 999 })
    })
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("funds" as const), doge: fc.nat(60), usd: fc.nat(8) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("unknown" as const), localId: fc.integer({ min: 900_000, max: 900_009 }) })
  }
)
type Command = typeof command extends fc.Arbitrary<infer A> ? A : never

const commands = fc.array(command, { minLength: 20, maxLength: 250 })

const RULES = {
  s1OrphanAfterSec: 300,
  s2OrphanAfterSec: 400,
  priceDecimals: 7,
  volumeDecimals: 8
} as const

/** A booking at the market of something that did not happen there. */
interface Phantom {
  readonly side: "buy" | "sell"
  readonly volume: bigint
  readonly cost: bigint
  readonly fee: bigint
}

/** A slot on an exchange, and the evicted recoveries it booked as if they were closed. */
class World {
  readonly slot: SlotDriver
  readonly exchange = new ExchangeModel()
  readonly phantoms = new Map<number, Phantom>()
  readonly said: Array<MarketEvent> = []
  private market = 1_000_000

  constructor(reentryBaseCooldownSec: number) {
    this.slot = new SlotDriver().ready({ ...RULES, reentryBaseCooldownSec })
  }

  run(list: ReadonlyArray<Command>, check: () => void): this {
    this.tick(0)
    for (const next of list) {
      this.apply(next)
      check()
    }
    return this
  }

  private apply(next: Command): void {
    const { exchange } = this
    switch (next.do) {
      case "price":
        return this.tick(next.permille)
      case "clock":
        return this.after(() => this.slot.clock(next.sec, 0))
      case "accept":
        return this.fact(exchange.nth(next.pick), (order) => (order.accepted ? null : exchange.accept(order)))
      case "fill":
        return this.fact(exchange.nth(next.pick), (order) => exchange.fill(order))
      case "partial":
        return this.fact(exchange.nth(next.pick), (order) => exchange.partial(order, next.permille))
      case "cancel":
        return this.fact(exchange.nth(next.pick), (order) => exchange.cancel(order))
      case "reject":
        return this.fact(exchange.nth(next.pick), (order) =>
          order.accepted || order.filled > 0n ? null : exchange.reject(order)
        )
      case "answer": {
        const asked = exchange.nth(next.pick, (order) => order.cancelAsked)
        if (next.filled === "part") this.fact(asked, (order) => exchange.partial(order, next.permille))
        return this.fact(asked, (order) => (next.filled === "whole" ? exchange.fill(order) : exchange.cancel(order)))
      }
      case "funds":
        return this.after(() => this.slot.balances(String(next.doge), String(next.usd)))
      case "unknown":
        return this.after(() => this.slot.fill(next.localId, { price: "0.1", volume: "10" }))
    }
  }

  private tick(permille: number): void {
    this.market = Math.min(4_000_000, Math.max(300_000, Math.round(this.market * (1 + permille / 1000))))
    this.after(() => this.slot.price(Price.format((BigInt(this.market) * 1000n) as Price), 5))
  }

  private fact(order: LiveOrder | undefined, act: (order: LiveOrder) => MarketEvent | null): void {
    const fact = order === undefined ? null : act(order)
    if (fact === null) return
    if (fact._tag === "OrderFilled" || fact._tag === "OrderCancelled") this.takeBack(fact.localId, fact.volume)
    this.after(() => this.slot.send(fact))
  }

  private after(act: () => unknown): void {
    const before = this.slot.state
    act()
    const outputs = this.slot.take()
    this.said.push(...outputs)
    for (const output of outputs) {
      if (output._tag === "CycleBooked" && output.reason.rule === "recovery_evicted") {
        this.writeOff(before, Number(output.reason.numbers["recoveryId"]))
      }
    }
    this.exchange.hear(outputs)
  }

  private writeOff({ book }: SlotState, recoveryId: number): void {
    const gone = book.recoveries.find((recovery) => recovery.recoveryId === recoveryId)
    if (gone === undefined) throw new Error(`recovery ${recoveryId} was evicted and never stood`)
    const { localId, side, volume } = gone.order
    const paid = cost(Price.fromNumber(this.slot.state.marketPrice), volume)
    this.phantoms.set(localId, { side, volume, cost: paid, fee: divideHalfEven(paid * 25n, 10_000n) })
  }

  /** The order was filled after all: that share of the booking at the market is undone. */
  private takeBack(localId: number, volume: bigint): void {
    const phantom = this.phantoms.get(localId)
    if (phantom === undefined) return
    const less = (amount: bigint) => amount - divideHalfEven(amount * volume, phantom.volume)
    this.phantoms.set(localId, { ...phantom, cost: less(phantom.cost), fee: less(phantom.fee) })
  }

  /** Cash and fees: what the exchange has paid out and charged, with the phantom bookings. */
  booked(): { cash: bigint; fees: bigint } {
    let { cash, fees } = this.exchange
    for (const phantom of this.phantoms.values()) {
      cash += (phantom.side === "sell" ? phantom.cost : -phantom.cost) - phantom.fee
      fees += phantom.fee
    }
    return { cash, fees }
  }
}

/** Cash that opened what is not closed yet: what its entries brought or took, less what exits have settled so far. */
const openCash = ({ book }: SlotState): bigint => {
  let cash = 0n
  for (const tradeId of ["A", "B"] as const) {
    const { cost: amount, fee } = book.residual[tradeId]
    cash += (tradeId === "A" ? amount : -amount) - fee
  }
  for (const { tradeId, position } of [...book.orders, ...book.recoveries.map((recovery) => recovery.order)]) {
    if (position === null) continue
    const open = position.cost - position.closedCost
    cash += (tradeId === "A" ? open : -open) - position.fee - position.closedFee
  }
  return cash
}

/** What the generated runs must have come across, or the properties prove little. */
const EXPECTED_RULES = [
  "auto_repair",
  "bootstrap_A",
  "bootstrap_B",
  "cooldown",
  "cycle_complete",
  "entry_fill_exit",
  "entry_lost",
  "exit_cut_short",
  "exit_filled",
  "exit_lost",
  "exit_replaced",
  "insufficient_funds",
  "late_fill",
  "late_fill_correction",
  "orphan_A",
  "orphan_B",
  "partially_filled",
  "recovery_cap_evict_priority",
  "recovery_evicted",
  "recovery_filled",
  "refresh_cooldown",
  "refresh_entry",
  "residual_below_minimum",
  "retry_pause",
  "s1_timeout",
  "s2_timeout",
  "stale_entry",
  "superseded_by_late_fill",
  "unknown_order"
]

const worlds = fc.tuple(fc.constantFrom(0, 20), commands)

/** Runs the property over worlds with and without a re-entry cooldown. */
const check = (
  property: (world: World, list: Array<Command>, cooldownSec: number) => void,
  numRuns: number = RUNS
): void =>
  fc.assert(
    fc.property(worlds, ([cooldownSec, list]) => property(new World(cooldownSec), list, cooldownSec)),
    { seed: SEED, numRuns }
  )

describe(`a slot on any legal exchange (seed ${SEED})`, () => {
  it("never breaks its invariants", () => {
    check((world, list) => {
      world.run(list, () => {
        expect(haltingViolations(world.slot.state)).toEqual([])
        expect(world.slot.state.book.halted).toBeNull()
      })
    })
  })

  it("knows every order that is on the exchange, and only those", () => {
    check((world, list) => {
      world.run(list, () => {
        const { orders, recoveries, pendingCancels } = world.slot.state.book
        const known = [...orders, ...[...recoveries, ...pendingCancels].map(({ order }) => order)]
          .filter((order) => order.status !== "waiting")
          .map((order) => order.localId)
        expect(known.toSorted((a, b) => a - b)).toEqual([...world.exchange.live.keys()].toSorted((a, b) => a - b))
        expect(pendingCancels.length).toBeLessThanOrEqual(MAX_PENDING_CANCELS + 1)
      })
    })
  })

  it("earns exactly what the exchange paid out, to the last unit", () => {
    check((world, list) => {
      world.run(list, () => {
        const { book } = world.slot.state
        const { cash, fees } = world.booked()
        expect(book.totalFees).toBe(fees)
        expect(book.totalProfit).toBe(cash - openCash(world.slot.state))
      })
      const nets = world.said.flatMap((output) => (output._tag === "CycleBooked" ? [output.net] : []))
      expect(world.slot.state.book.totalProfit).toBe(nets.reduce((sum, net) => sum + net, 0n))
      expect(world.slot.state.book.realizedLoss).toBe(nets.reduce((sum, net) => (net < 0n ? sum - net : sum), 0n))
    })
  })

  it("is not changed by a fill it has seen, or by one of an order it never had", () => {
    check((world, list) => {
      world.run(list, () => undefined)
      const before = world.slot.state.book
      const ended = before.nextOrderId - 1
      const unknown = world.exchange.live.has(ended) || world.slot.order(ended) !== undefined ? 999_999 : ended
      world.slot.fill(unknown, { price: "0.1", volume: "50", fee: "1" })
      const { refusals: _before, ...rest } = before
      const { refusals: _after, ...after } = world.slot.state.book
      expect(after).toEqual(rest)
      expect(world.slot.take().map((output) => output._tag)).toEqual(["DecisionRefused"])
      world.slot.fill(unknown, { price: "0.1", volume: "50", fee: "1" })
      expect(world.slot.take()).toEqual([])
    })
  })

  it("folds the same events to the same state and outputs, also from a decoded snapshot", () => {
    check((one, list, cooldownSec) => {
      one.run(list, () => undefined)
      const other = new World(cooldownSec)
      const { actor } = other.slot
      other.run(list, () => {
        other.slot.state = actor.decode(actor.encode(other.slot.state))
      })
      expect(other.said).toEqual(one.said)
      expect(actor.encode(other.slot.state)).toBe(actor.encode(one.slot.state))
    })
  })

  it("says only what the journal can hold", () => {
    const envelope = (events: Envelope["events"]): Envelope => ({
      v: 1,
      epoch: 1,
      timeMs: 0,
      writer: "slot-1",
      cause: 1,
      events
    })
    check((world, list) => {
      const [first, ...rest] = world.run(list, () => undefined).said
      if (first === undefined) throw new Error("a slot that says nothing was not driven")
      const { data } = encodeEntry("out", "1", envelope([first, ...rest]))
      const record = { seq: 1, subject: "out", id: "1", data, storedMs: 0 }
      expect(decodeRecord(record).events).toEqual([first, ...rest])
    }, 30)
  })

  it("goes through every rule of trading and repair in these runs", () => {
    const rules = new Set<string>()
    check((world, list) => {
      world.run(list, () => undefined)
      for (const output of world.said) {
        if ("reason" in output && typeof output.reason === "object") rules.add(output.reason.rule)
      }
    })
    expect(EXPECTED_RULES.filter((rule) => !rules.has(rule))).toEqual([])
  })
})
