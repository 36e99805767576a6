/** What the journal knows of trades: whose they are, and which currency took their fees. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { encodeEntry } from "../../shared/events/envelope.ts"
import type { EventOf, MarketEvent } from "../../shared/events/event.ts"
import { MemoryJournal } from "../../shared/journal/memory.ts"
import { Journal } from "../../shared/journal/port.ts"
import { knownTrades } from "./provenance.ts"

const subjects = marketSubjects("TEST")
const feeInDoge = (amount: string, worth: string) => ({ amount: Volume.parse(amount), worth: Quote.parse(worth) })
const sums = (volume: string, cost: string, fee: string) => ({
  ...{ volume: Volume.parse(volume), cost: Quote.parse(cost), fee: Quote.parse(fee) }
})
const late = (execId: string, change: Partial<EventOf<"LateFillRecorded">>): MarketEvent => ({
  ...{ _tag: "LateFillRecorded", clientId: "k1", localId: 1, txid: "T1", execId, side: "buy", role: "entry", cycle: 1 },
  ...{ price: Price.parse("0.1"), ...sums("6", "0.6", "0.0015"), liquidity: "maker" },
  ...change
})

describe("fees in the base currency that the journal knows", () => {
  it.effect("are those of the whole fill, also of one that its order's end had counted a part of", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const counted = { ...sums("4", "0.4", "0.001"), baseFee: feeInDoge("0.01", "0.001") }
      const facts: readonly [MarketEvent, ...ReadonlyArray<MarketEvent>] = [
        late("all-news", { baseFee: feeInDoge("0.015", "0.0015") }),
        late("half-counted", { baseFee: feeInDoge("0.015", "0.0015"), counted }),
        late("fee-counted", { fee: Quote.zero, counted }),
        late("in-dollars", {})
      ]
      yield* journal.append(
        encodeEntry(subjects.order(1), "late", {
          ...{ epoch: 1, timeMs: 1_000, writer: "order-gateway", cause: null },
          events: facts
        })
      )
      const { baseFees } = yield* knownTrades(subjects)
      expect(Object.fromEntries(baseFees)).toStrictEqual({
        "all-news": { fee: Quote.parse("0.0015"), baseFee: feeInDoge("0.015", "0.0015") },
        "half-counted": { fee: Quote.parse("0.0025"), baseFee: feeInDoge("0.025", "0.0025") },
        "fee-counted": { fee: Quote.parse("0.001"), baseFee: feeInDoge("0.01", "0.001") }
      })
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )
})
