/** The audit of a journal that a slot has written: its real decisions, the rest by hand. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { slotActor } from "../../../services/slot-actor/core/actor.ts"
import { testRules } from "../../../services/slot-actor/testing/slotDriver.ts"
import { ActorFold } from "../../../shared/actor/fold.ts"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { decodeRecord, encodeEntry } from "../../../shared/events/envelope.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { marketSubjects } from "../../../shared/core/ids/subjects.ts"
import { MemoryJournal } from "../../../shared/journal/memory.ts"
import { Journal } from "../../../shared/journal/port.ts"
import type { Transaction } from "../../../shared/ledger/core/accounts.ts"
import { auditJournal } from "./journal.ts"
import { explanation, jsonOf, linesOf, moneyTable, profitTable, trialBalance } from "./text.ts"

const subjects = marketSubjects("XDGUSD")
const because = { rule: "configured", numbers: {} } as const

/** A journal, and the slot that answers what is written to it. */
const marketOf = Effect.gen(function* () {
  const journal = yield* Journal
  const fold = new ActorFold(slotActor(1), subjects)
  let written = 0
  /** One record; what the slot decides on it stays pending until `answer`. */
  const write = Effect.fnUntraced(function* (subject: string, event: MarketEvent) {
    const time = { epoch: 1, timeMs: 1_770_000_000_000 + written * 1_000 } as const
    const entry = encodeEntry(subject, `t.${written++}`, { ...time, writer: "test", cause: null, events: [event] })
    const { seq } = yield* journal.append(entry)
    fold.apply(decodeRecord({ seq, subject, id: entry.id, data: entry.data, storedMs: 0 }), entry.data)
    return seq
  }, Effect.orDie)
  const answer = Effect.gen(function* () {
    for (const entry of fold.owed) {
      const { seq } = yield* journal.append(entry)
      fold.apply(decodeRecord({ seq, ...entry, storedMs: 0 }), entry.data)
    }
  }).pipe(Effect.orDie)
  return { write, answer }
})

const PRICE = Price.parse("0.1")

/** A slot whose buy (order 2) stands open at 0.099; nothing is filled. */
const opened = Effect.gen(function* () {
  const { write, answer } = yield* marketOf
  const { priceDecimals, volumeDecimals, minVolume, minCost } = testRules
  const terms = { priceDecimals, volumeDecimals, minVolume, minCost, status: "online" }
  yield* write(subjects.control("test"), {
    _tag: "EpochRaised",
    epoch: 1,
    service: "test",
    reason: "start",
    watchesOrders: true,
    fitsModels: true
  })
  yield* write(subjects.control("test"), { _tag: "MarketConfigured", slots: [1], rules: testRules })
  yield* write(subjects.account, { _tag: "ConstraintsObserved", ...terms })
  const [base, quote] = [Volume.parse("1000"), Quote.parse("100")]
  const held = { base: { total: base, hold: Volume.zero }, quote: { total: quote, hold: Quote.zero } }
  yield* write(subjects.account, { _tag: "BalancesObserved", ...held })
  const governor = subjects.out("governor")
  const slots = [{ slot: 1, alias: "doge", state: "active" as const }]
  yield* write(governor, { _tag: "SlotsSet", slots, reason: because })
  yield* write(governor, { _tag: "ModeChanged", mode: "RUNNING", reason: because })
  yield* write(subjects.price, { _tag: "PriceObserved", last: PRICE, bid: PRICE, ask: PRICE })
  yield* answer
  yield* write(governor, { _tag: "FundsAllotted", slot: 1, base, quote, reason: because })
  yield* answer
  return { write, answer }
})

/** Order `localId` filled whole at 0.1 for a fee of 0.01. */
const filled = (localId: number, volume: string): MarketEvent => ({
  _tag: "OrderFilled",
  clientId: `k${localId}`,
  localId,
  txid: `T${localId}`,
  price: PRICE,
  volume: Volume.parse(volume),
  cost: Quote.parse((Number(volume) / 10).toFixed(2)),
  fee: Quote.parse("0.01")
})

const audit = auditJournal(subjects, () => Effect.void)

const nothing = { base: 0n, quote: 0n }

/** What the exchange lists of the account. */
const lists = (base: string, quote: string): MarketEvent => ({
  _tag: "BalancesObserved",
  base: { total: Volume.parse(base), hold: Volume.parse("0") },
  quote: { total: Quote.parse(quote), hold: Quote.parse("0") }
})

describe("the audit of a journal", () => {
  it.effect("finds the slot's books in agreement, and tells every transaction by its record", () =>
    Effect.gen(function* () {
      const { write, answer } = yield* opened
      const seq = yield* write(subjects.order(1), filled(2, "51"))
      yield* answer
      const seen: Array<Transaction> = []
      const result = yield* auditJournal(subjects, (transaction) => Effect.sync(() => void seen.push(transaction)))
      expect(result.problems).toStrictEqual([])
      expect(result).toMatchObject({ transactions: 1, unwritten: 0, beganMs: 1_770_000_000_000 })
      expect(seen.map(({ seq, index, event }) => ({ seq, index, event }))).toStrictEqual([
        { seq, index: 0, event: "OrderFilled" }
      ])
      const [transaction] = seen
      if (transaction === undefined) return expect.fail("no transaction was read")
      expect(linesOf(transaction)).toMatch(new RegExp(`^${seq}\\.0 +OrderFilled +exchange +51 base$`, "m"))
      expect(JSON.parse(jsonOf(transaction))).toMatchObject({ seq, index: 0, event: "OrderFilled" })
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect("adds every account up to nothing, and shows what each slot earned", () =>
    Effect.gen(function* () {
      const { write, answer } = yield* opened
      yield* write(subjects.order(1), filled(2, "51"))
      yield* answer
      yield* write(subjects.order(1), filled(3, "51"))
      yield* answer
      const result = yield* audit
      expect(result.problems).toStrictEqual([])
      expect(trialBalance(result.ledger).at(-1) ?? "").toMatch(/^sum +0 +0$/)
      expect(profitTable(result)[1] ?? "").toMatch(/^1 +1 +0 +0\.02 +-0\.02 +-0\.02$/)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect("tells traded from booked, and values what is open at the journal's last price", () =>
    Effect.gen(function* () {
      const { write, answer } = yield* opened
      yield* write(subjects.order(1), filled(2, "51"))
      yield* answer
      const lines = moneyTable(yield* audit).map((line) => line.replaceAll(/ {2,}/g, " | "))
      expect(lines).toEqual(
        expect.arrayContaining([
          "traded | 0 | 0",
          "evicted, booked at market | 0 | 0",
          "fees paid, in all fills | 0.01",
          "positions | base | quote | at 0.1",
          "open | 51 | -5.11 | -0.01",
          // The account has not been read since: what the fill moved is not in its balances yet.
          "not from trades here | -51 | 5.11 | 0.01",
          "opening balances, held | 1000 | 100 | 200",
          "against holding | 0"
        ])
      )
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect("counts what a slot has decided and not written yet, as a running market's always may", () =>
    Effect.gen(function* () {
      const { write, answer } = yield* opened
      yield* write(subjects.order(1), filled(2, "51"))
      yield* answer
      yield* write(subjects.order(1), filled(3, "51"))
      const result = yield* audit
      expect(result.problems).toStrictEqual([])
      expect(result.unwritten).toBe(1)
      expect(result.transactions).toBe(3)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect("names each figure that a slot has otherwise because it was made to pass over a fill", () =>
    Effect.gen(function* () {
      const { write } = yield* opened
      const seq = yield* write(subjects.order(1), filled(2, "51"))
      const skipped = { actor: "slot-1", seq, author: "test", reason: "test" }
      yield* write(subjects.control("test"), { _tag: "RecordSkipped", ...skipped })
      const { problems } = yield* audit
      expect(problems).toStrictEqual([
        "slot 1 open positions: ledger -51, slot 0 base",
        "slot 1 open positions: ledger 5.1, slot 0 quote",
        "slot 1 fees of open positions: ledger 0.01, slot 0 quote"
      ])
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect("does not believe a journal whose recorded decisions do not follow", () =>
    Effect.gen(function* () {
      const { write } = yield* opened
      const journal = yield* Journal
      yield* write(subjects.order(1), filled(2, "51"))
      yield* journal.append(
        encodeEntry(subjects.out("slot-1"), "forged", {
          epoch: 1,
          timeMs: 0,
          writer: "slot-1",
          cause: null,
          events: [{ _tag: "SlotSettled", reason: because }]
        })
      )
      const error = yield* Effect.flip(audit)
      expect(error.message).toMatch(/^record \d+: slot-1: .*Run "kennel journal verify"/)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect.each([
    ["what the buy left", "1051", "94.89"],
    ["what the buy left, as rounded by a list of four decimals", "1051", "94.8901"],
    ["what was there before the buy: the list is older than the fill", "1000", "100"]
  ] as const)("explains %s", ([_what, base, quote]) =>
    Effect.gen(function* () {
      const { write, answer } = yield* opened
      yield* write(subjects.account, lists("1000", "100"))
      yield* write(subjects.order(1), filled(2, "51"))
      yield* answer
      yield* write(subjects.account, lists(base, quote))
      expect(explanation(yield* audit, nothing)).toStrictEqual({
        said: "opening balances and our trades explain what the account held when it was last seen",
        problems: []
      })
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect("explains a list that is ahead of the journal by a fill that came in after it", () =>
    Effect.gen(function* () {
      const { write, answer } = yield* opened
      yield* write(subjects.account, lists("1051", "94.89"))
      yield* write(subjects.order(1), filled(2, "51"))
      yield* answer
      expect(explanation(yield* audit, nothing).problems).toStrictEqual([])
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect("names each balance that nothing explains, until somebody says what was moved", () =>
    Effect.gen(function* () {
      const { write, answer } = yield* opened
      yield* write(subjects.order(1), filled(2, "51"))
      yield* answer
      yield* write(subjects.account, lists("1051", "94.89"))
      yield* write(subjects.account, lists("1058", "90"))
      const result = yield* audit
      const { said, problems } = explanation(result, nothing)
      expect(said).toBeNull()
      expect(problems.map((line) => line.split(":")[1])).toStrictEqual([
        " 7 base explained by neither opening balances nor our trades",
        " -4.89 quote explained by neither opening balances nor our trades"
      ])
      const known = { base: Volume.parse("7"), quote: Quote.parse("-4.89") }
      expect(explanation(result, known).problems).toStrictEqual([])
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )
})
