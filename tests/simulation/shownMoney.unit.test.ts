/**
 * Every sum that is shown, held against the ledger and against a plain addition of the journal's own events, to the last unit: through
 * nights in which slots retire, recoveries are evicted and filled after all, and everything goes wrong that can.
 */
import { describe, expect, it } from "@effect/vitest"
import { stormyNight } from "./stormyNight.ts"
import { simulate } from "../../app/inProcess/simulation.ts"
import { initialChart } from "../../services/control-plane/core/chart/state.ts"
import { historyActor } from "../../services/control-plane/core/history/actor.ts"
import { pnlView } from "../../services/control-plane/core/history/pnl.ts"
import { initialHistory, MOST } from "../../services/control-plane/core/history/state.ts"
import { cyclesView } from "../../services/control-plane/core/history/view.ts"
import type { DaySums } from "../../services/control-plane/core/money/days.ts"
import { ledgerActor } from "../../services/control-plane/core/money/ledgerActor.ts"
import { reportOf, type StatusReport } from "../../services/control-plane/core/report.ts"
import { statusActor } from "../../services/control-plane/core/status/actor.ts"
import { OPTIONS } from "../../services/control-plane/testing/examples.ts"
import { governorView } from "../../services/governor/core/view/view.ts"
import { slotView } from "../../services/slot-actor/core/view.ts"
import { Price, Quote, Volume, Worth, worthOf } from "../../shared/core/decimal/decimal.ts"
import { utcDayOf } from "../../shared/core/time/utcDay.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { LedgerState } from "../../shared/ledger/core/ledger.ts"
import { moneyPaths, WALKED } from "./walkedFigures.ts"

const HOURS = 16
const SEEDS = [1, 2, 3]
/** A look is taken at rest, once in so many records, and at the end. */
const EVERY = 250

/** What the journal's events say by themselves, added up without any ledger. */
class Added {
  traded = 0n
  evicted = 0n
  corrected = 0n
  cycles = 0
  day = { utcDay: 0, losses: 0n, gains: 0n, evicted: 0n }
  sent = 0
  /** What the exchange has charged: each fill, and of an order's end what its fills had left unsaid. */
  fees = 0n
  private readonly said = new Map<string, bigint>()

  /** Days go by without cycles too. */
  passTime(timeMs: number): void {
    const utcDay = utcDayOf(timeMs)
    if (utcDay > this.day.utcDay) this.day = { utcDay, losses: 0n, gains: 0n, evicted: 0n }
  }

  add(event: MarketEvent, slot: number | null): void {
    if (event._tag === "OrderClaimed") this.sent++
    if (event._tag === "LateFillRecorded") this.fees += event.fee
    if (event._tag === "FillRecorded" || event._tag === "OrderFilled" || event._tag === "OrderCancelled") {
      const order = `${slot}/${event.localId}`
      const before = this.said.get(order) ?? 0n
      // Fees only ever grow: an end that says less than its fills changes nothing.
      const now = event._tag === "FillRecorded" ? before + event.fee : event.fee > before ? event.fee : before
      this.fees += now - before
      this.said.set(order, now)
    }
    if (event._tag !== "CycleBooked") return
    const { kind, net, exitMs } = event
    if (kind !== "corrected") this.cycles++
    if (kind === "evicted" || kind === "corrected") this[kind] += net
    else this.traded += net
    const utcDay = utcDayOf(exitMs)
    if (utcDay !== this.day.utcDay) return
    this.day[net < 0n ? "losses" : "gains"] += net < 0n ? -net : net
    if (kind === "evicted" && net < 0n) this.day.evicted -= net
  }
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const quote = (text: string): bigint => Quote.parse(text)
const worth = (text: string | null): bigint => Worth.parse(text ?? "0")
const add = (amounts: ReadonlyArray<string>, read: (text: string) => bigint = quote): bigint =>
  amounts.reduce((sum, amount) => sum + read(amount), 0n)

const ofKind = ({ balances }: LedgerState, kind: string, commodity: string): bigint =>
  Object.entries(balances).reduce(
    (sum, [account, amount]) =>
      account.startsWith(`${kind}:`) && account.endsWith(` ${commodity}`) ? sum + amount : sum,
    0n
  )

/** What a slot holds by its orders and residuals: A has sold what its exits are to buy back, B has bought what they are to sell. */
const heldBy = (slot: StatusReport["slots"][number]): bigint => {
  const { orders, recovery_orders: recoveries, residual } = slot
  const signed = (trade: string, volume: bigint): bigint => (trade === "A" ? -volume : volume)
  const ofOrders = [...orders, ...recoveries].reduce(
    (sum, { role, trade_id: trade, volume, filled_volume: filled }) => {
      const open = role === "entry" ? Volume.parse(filled) : Volume.parse(volume) - Volume.parse(filled)
      return sum + signed(trade, open)
    },
    0n
  )
  return ofOrders + signed("A", Volume.parse(residual.A.volume)) + signed("B", Volume.parse(residual.B.volume))
}

/** The figures of the account against the ledger's. */
const accountFigures = (
  { money, account, market }: StatusReport,
  ledger: LedgerState
): Readonly<Record<string, readonly [bigint, bigint]>> => {
  const { opening, observed } = ledger
  const held = money.account
  if (opening === null || observed === null || held === null || account === null || market.price === null) return {}
  const price = Price.parse(market.price)
  const exchange = (commodity: string) => ledger.balances[`exchange ${commodity}`] ?? 0n
  return {
    "everything is valued at the market's price": [Price.parse(money.price ?? "0"), price],
    "holding is the opening balances at the price": [
      worth(held.holding_value),
      worthOf(Volume.parse(held.opening_base), Quote.parse(held.opening_quote), price)
    ],
    "the opening balances are the ledger's: base": [Volume.parse(held.opening_base), opening.base.total],
    "the opening balances are the ledger's: quote": [quote(held.opening_quote), opening.quote.total],
    "balances are the opening ones, what was traded, and what nothing explains: base": [
      Volume.parse(account.base_total),
      opening.base.total + exchange("base") + Volume.parse(held.unexplained.base)
    ],
    "balances are the opening ones, what was traded, and what nothing explains: quote": [
      quote(account.quote_total),
      opening.quote.total + exchange("quote") + quote(held.unexplained.quote)
    ],
    "the account's DOGE are the exchange's": [Volume.parse(account.base_total), observed.base.total],
    "the account's USD are the exchange's": [quote(account.quote_total), observed.quote.total],
    "free DOGE are the total less what is held": [
      Volume.parse(account.base_free),
      Volume.parse(account.base_total) - Volume.parse(account.base_hold)
    ],
    "free USD are the total less what is held": [
      quote(account.quote_free),
      quote(account.quote_total) - quote(account.quote_hold)
    ]
  }
}

/** Pairs of the same figure from two places; every one must be equal. */
const figures = (
  report: StatusReport,
  ledger: LedgerState,
  added: Added
): Record<string, readonly [bigint, bigint]> => {
  const { money, slots, retired_slots: gone, daily_loss: day } = report
  const cards = [...slots, gone]
  const each = (name: "traded_profit" | "evicted_profit" | "corrected_profit" | "booked_profit" | "fees_paid") =>
    [quote(money[name]), add(cards.map((card) => card.money[name]))] as const
  const held = (
    name: "open_positions" | "evicted_positions" | "given_up" | "fees_in_base",
    kinds: ReadonlyArray<string>
  ) => ({
    [`${name} base`]: [
      Volume.parse(money[name].base),
      -kinds.reduce((sum, kind) => sum + ofKind(ledger, kind, "base"), 0n)
    ] as const,
    [`${name} quote`]: [
      quote(money[name].quote),
      -kinds.reduce((sum, kind) => sum + ofKind(ledger, kind, "quote"), 0n)
    ] as const,
    [`${name} of the cards`]: [
      worth(money[name].at_market),
      add(
        cards.map((card) => card.money[name].at_market ?? "0"),
        (text) => Worth.parse(text)
      )
    ] as const
  })
  const positions = [money.open_positions, money.evicted_positions, money.given_up, money.fees_in_base]
  const base = -(ofKind(ledger, "income", "quote") + ofKind(ledger, "fees", "quote"))
  return {
    "total profit is the ledger's income less its fees": [quote(report.total_profit), base],
    "total profit is the cards and the retired": [
      quote(report.total_profit),
      add(cards.map((card) => card.total_profit))
    ],
    "total profit is what is booked, kind by kind": [
      quote(report.total_profit),
      add([money.traded_profit, money.evicted_profit, money.corrected_profit])
    ],
    "total fees are the cards and the retired": [quote(report.total_fees), add(cards.map((card) => card.total_fees))],
    "realised losses are the cards and the retired": [
      quote(report.today_realized_loss),
      add(cards.map((card) => card.today_realized_loss))
    ],
    "round trips are the cards and the retired": [
      BigInt(report.total_round_trips),
      BigInt(cards.reduce((sum, card) => sum + card.total_round_trips, 0))
    ],
    "round trips are the cycles, corrections aside": [BigInt(report.total_round_trips), BigInt(added.cycles)],
    "cycles, kind by kind": [BigInt(money.traded_cycles + money.evicted_cycles), BigInt(added.cycles)],
    "traded is what the journal's cycles say": [quote(money.traded_profit), added.traded],
    "evicted is what the journal's cycles say": [quote(money.evicted_profit), added.evicted],
    "corrected is what the journal's cycles say": [quote(money.corrected_profit), added.corrected],
    "traded of the cards": each("traded_profit"),
    "evicted of the cards": each("evicted_profit"),
    "corrected of the cards": each("corrected_profit"),
    "booked of the cards": each("booked_profit"),
    "fees paid of the cards": each("fees_paid"),
    "fees paid are what the exchange has charged": [quote(money.fees_paid), added.fees],
    "booked is total profit": [quote(money.booked_profit), quote(report.total_profit)],
    ...held("open_positions", ["working", "trading", "open-fees"]),
    ...held("evicted_positions", ["evicted"]),
    ...held("given_up", ["released"]),
    ...held("fees_in_base", ["base-fees"]),
    "against holding, part by part": [
      worth(money.account?.against_holding ?? null),
      add([...positions.map(({ at_market: at }) => at ?? "0"), money.account?.unexplained.at_market ?? "0"], worth) +
        worth(money.booked_profit)
    ],
    "against holding is value less holding": [
      worth(money.account?.against_holding ?? null),
      worth(money.account?.value ?? null) - worth(money.account?.holding_value ?? null)
    ],
    "the day's losses": [quote(day.losses), added.day.losses],
    "the day's gains": [quote(day.gains), added.day.gains],
    "the day's losses of evictions": [quote(day.evicted_losses), added.day.evicted],
    "what is left of the limit": [
      day.limit === null ? 0n : quote(day.left ?? "0"),
      day.limit === null ? 0n : max(0n, quote(report.daily_loss_limit) - quote(day.losses))
    ],
    "a cycle's net is its gross less its fees": [
      add(slots.flatMap(({ last_cycles: cycles }) => cycles.map(({ net_profit: net }) => net))),
      add(slots.flatMap(({ last_cycles: cycles }) => cycles.map(({ gross_profit: gross }) => gross))) -
        add(slots.flatMap(({ last_cycles: cycles }) => cycles.map(({ fees }) => fees)))
    ],
    ...Object.fromEntries(
      slots.map((slot) => [
        `slot ${slot.slot_id} has earned what the ledger has of it`,
        [quote(slot.total_profit), quote(slot.money.booked_profit)] as const
      ])
    ),
    "what orders and residuals hold is what the ledger has open": [
      slots.reduce((sum, slot) => sum + heldBy(slot), 0n),
      add(
        slots.map((slot) => slot.money.open_positions.base),
        (text) => Volume.parse(text)
      )
    ],
    "recoveries are those of the slots": [
      BigInt(report.recoveries),
      BigInt(slots.reduce((sum, { recovery_orders: recoveries }) => sum + recoveries.length, 0))
    ],
    ...accountFigures(report, ledger),
    "the day's net": [quote(day.net), quote(day.gains) - quote(day.losses)],
    "the lock counts the same": [quote(report.daily_realized_loss_utc), quote(day.losses)],
    "sent orders are somewhere": [
      BigInt(report.orders.sent),
      BigInt(
        report.orders.open +
          report.orders.sending +
          report.orders.unknown +
          report.orders.filled +
          report.orders.cancelled +
          report.orders.rejected
      )
    ],
    "sent is what was claimed": [BigInt(report.orders.sent), BigInt(added.sent)]
  }
}

/** Sums of days, weeks and months against the ledger's. */
const pastFigures = ({ money }: StatusReport, days: DaySums, added: Added): ReturnType<typeof figures> =>
  Object.fromEntries(
    (["day", "week", "month"] as const).flatMap((by) => {
      const { periods, totals } = pnlView(days, by, "USD", null)
      const both = (
        name: "realised" | "traded" | "evicted" | "corrected" | "fees",
        truth: string
      ): ReadonlyArray<[string, readonly [bigint, bigint]]> => [
        [`${name} by ${by}`, [add(periods.map((period) => period[name])), quote(truth)]],
        [`${name} in all by ${by}`, [quote(totals[name]), quote(truth)]]
      ]
      return [
        ...both("realised", money.booked_profit),
        ...both("traded", money.traded_profit),
        ...both("evicted", money.evicted_profit),
        ...both("corrected", money.corrected_profit),
        ...both("fees", money.fees_paid),
        [`gains less losses by ${by}`, [quote(totals.gains) - quote(totals.losses), quote(money.booked_profit)]],
        [`cycles by ${by}`, [BigInt(totals.cycles), BigInt(added.cycles)]]
      ] as ReadonlyArray<[string, readonly [bigint, bigint]]>
    })
  )

const night = (seed: number) => {
  const added = new Added()
  const wrong = new Set<string>()
  let looks = 0
  let last: StatusReport | null = null
  const compared = new Set<string>()
  const paths = new Set<string>()
  let past = initialHistory
  const fills = new Set<string>()
  const result = simulate({
    ...stormyNight(seed, HOURS),
    watch: ({ events, timeMs, slot, seq }) => {
      added.passTime(timeMs)
      for (const event of events) {
        added.add(event, slot)
        if (event._tag === "FillRecorded" || event._tag === "LateFillRecorded") fills.add(`${slot} ${seq}`)
      }
    },
    opened: ({ journal, slots, governor }) => {
      const status = journal.add(statusActor)
      const ledger = journal.add(ledgerActor)
      const history = journal.add(historyActor)
      journal.atRest(() => {
        if (journal.seq < (looks + 1) * EVERY) return
        looks++
        const observed = {
          seq: journal.seq,
          status: status.state,
          ...ledger.state,
          chart: initialChart,
          history: history.state,
          slots: slots.map(({ state }, index) => slotView(index + 1, state)),
          governor: governorView(governor.state),
          blocks: {},
          refused: () => ({}),
          journal: { where: "memory", problem: null, head: journal.seq, startHead: 0 },
          silentSec: 0,
          clockSilentSec: 0,
          chat: null
        }
        last = reportOf(observed, OPTIONS)
        past = history.state
        const all = { ...figures(last, ledger.state.ledger, added), ...pastFigures(last, ledger.state.days, added) }
        for (const path of moneyPaths(last)) paths.add(path)
        for (const name of Object.keys(all)) compared.add(name)
        for (const [name, [shown, truth]] of Object.entries(all))
          if (shown !== truth) wrong.add(`${name}: shown ${shown}, ${truth} by record ${journal.seq}`)
      })
    }
  })
  return {
    ...result,
    wrong: [...wrong].slice(0, 10),
    looks,
    last: last as StatusReport | null,
    past,
    fills,
    compared,
    paths
  }
}

describe("every figure that is shown", () => {
  const nights = SEEDS.map((seed) => ({ seed, result: night(seed) }))

  it.each(nights)("equals the ledger and the journal, to the last unit (seed $seed)", ({ result }) => {
    expect(result.wrong).toStrictEqual([])
    expect(result.looks).toBeGreaterThan(20)
    expect(result.problems).toStrictEqual([])
  })

  it.each(nights)("is walked: each has a comparison that was made, or a reason (seed $seed)", ({ result }) => {
    const { paths, compared } = result
    expect([...paths].filter((path) => WALKED[path] === undefined)).toStrictEqual([])
    const promised = Object.values(WALKED).flatMap((held) => ("by" in held ? [held.by] : []))
    expect([...new Set(promised)].filter((name) => !compared.has(name))).toStrictEqual([])
  })

  it("is one that a report has: none is promised that nobody sees", () => {
    const seen = new Set(nights.flatMap(({ result: { paths } }) => [...paths]))
    expect(Object.keys(WALKED).filter((path) => !seen.has(path))).toStrictEqual([])
  })

  it.each(nights)(
    "names of each cycle the fills or ends of orders that it was made of (seed $seed)",
    ({ result: { past, fills } }) => {
      const { cycles } = cyclesView(past, { before: null, limit: MOST.cycles, slot: null })
      expect(cycles.length).toBeGreaterThan(20)
      const unexplained: Array<string> = []
      for (const { seq, kind, slot_id: slot, entry, exit } of cycles) {
        const legs = kind === "evicted" || kind === "corrected" ? [entry] : [entry, exit]
        // Of a fill that went unheard there is the order's end alone.
        const isTold = (leg: typeof entry) => leg !== null && (leg.fill_seqs.length > 0 || leg.ended_seq !== null)
        if (kind !== "corrected" && !legs.every(isTold)) unexplained.push(`${slot}: ${seq}`)
        for (const at of legs.flatMap((leg) => leg?.fill_seqs ?? []))
          if (!fills.has(`${slot} ${at}`)) unexplained.push(`${seq}: ${at}`)
      }
      expect(unexplained).toStrictEqual([])
    }
  )

  it.each(nights)(
    "is the same after the history has been written down and read again (seed $seed)",
    ({ result: { past } }) => {
      const text = historyActor.encode(past)
      expect(historyActor.decode(text)).toStrictEqual(past)
      // A snapshot on a NATS server may have a megabyte.
      expect(text.length).toBeLessThan(700_000)
    }
  )

  it("has seen evictions and retired slots, or it has shown nothing of them", () => {
    const seen = (of: (report: StatusReport) => number) =>
      nights.reduce((sum, { result: { last } }) => sum + (last === null ? 0 : of(last)), 0)
    expect(seen(({ money }) => money.evicted_cycles)).toBeGreaterThan(20)
    expect(seen(({ retired_slots: gone }) => gone.slot_ids.length)).toBeGreaterThan(0)
  })
})
