/** The ledger of a journal against the trade history of the exchange that filled its orders. */
import { NOTHING_IN_FORCE, placeIn } from "../../shared/actor/core/actor.ts"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { auditHistory } from "../../cli/commands/audit/exchange.ts"
import { EXCHANGE_SIM_DEFAULTS } from "../../services/exchange-sim/options.ts"
import { client } from "../../services/exchange-sim/testing/sim.ts"
import type { StoredRecord } from "../../shared/events/envelope.ts"
import { KrakenMarketData, KrakenTrading } from "../../shared/exchange/kraken/layer.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import type { Journal } from "../../shared/journal/port.ts"
import { initialLedger, type LedgerState, postEvent } from "../../shared/ledger/core/ledger.ts"
import { type Market, onMarket } from "../gateway/testing/market.ts"
import { START_MS, swinging } from "../gateway/testing/tape.ts"
import { subjects } from "../gateway/testing/watch.ts"

const SPEED = 60

/** An adapter of the audit's own: the gateway must have stopped, since a key has one rising nonce. */
const venue = ({ restUrl, wsPublicUrl, wsPrivateUrl }: Market["urls"]) => {
  const { apiKey, apiSecret, tier } = EXCHANGE_SIM_DEFAULTS
  const options = { restUrl, wsPublicUrl, requestTimeoutMs: 10_000, speed: SPEED }
  const keys = { apiKey: Redacted.make(apiKey), apiSecret: Redacted.make(apiSecret), tier }
  return Layer.merge(KrakenMarketData.layer(options), KrakenTrading.layer({ ...options, wsPrivateUrl, ...keys })).pipe(
    Layer.provideMerge(VenueClock.layer({ speed: SPEED }))
  )
}

const ledgerOf = (records: ReadonlyArray<StoredRecord>): LedgerState =>
  records.reduce(
    (ledger, record) =>
      record.events.reduce(
        (state, event, index) => postEvent(state, event, placeIn(record, index, NOTHING_IN_FORCE)).state,
        ledger
      ),
    initialLedger
  )

/** A market in which a buy of 100 fills in parts at 0.19, and somebody buys 20 by hand. */
const traded = (test: (market: Market, records: ReadonlyArray<StoredRecord>) => Effect.Effect<void, never, Journal>) =>
  onMarket({ tape: swinging({ price: "0.18", volume: "30", everyMs: 6_000 }) }, (market) =>
    Effect.gen(function* () {
      // Before the gateway: a key's nonces rise, and a hand's are low.
      const order = client(market.urls).add("buy", "20", "0.25", { cl_ord_id: "by-hand-1", oflags: "fciq" })
      expect((yield* Effect.promise(() => order)).error).toStrictEqual([])
      const gateway = yield* market.startGateway
      yield* market.request(1, 1, { price: "0.19", volume: "100" })
      yield* market.story(1, 1, "OrderFilled")
      yield* gateway.stop
      yield* test(market, yield* market.records)
    })
  )

describe("the audit at the exchange", () => {
  it.live("agrees with the trade history, and names what others traded on the account", () =>
    traded((market, records) =>
      Effect.gen(function* () {
        const audit = { ledger: ledgerOf(records), beganMs: START_MS, endedMs: Number.MAX_SAFE_INTEGER }
        const { problems, notes } = yield* auditHistory(subjects, audit).pipe(Effect.provide(venue(market.urls)))
        expect(problems).toStrictEqual([])
        expect(notes).toStrictEqual(["1 trades of foreign orders, not in the journal: 20 base, -4.016 quote"])
      }).pipe(Effect.orDie)
    )
  )

  it.live("names both figures where a fill is missing in the ledger", () =>
    traded((market, records) =>
      Effect.gen(function* () {
        const holed = records.filter(({ events }) => !events.some(({ _tag }) => _tag.startsWith("OrderFilled")))
        const audit = { ledger: ledgerOf(holed), beganMs: START_MS, endedMs: Number.MAX_SAFE_INTEGER }
        const { problems } = yield* auditHistory(subjects, audit).pipe(Effect.provide(venue(market.urls)))
        expect(problems).toHaveLength(2)
        expect(problems[0] ?? "").toMatch(/^trades: ledger \d+, exchange 100 base /)
        expect(problems[1] ?? "").toMatch(/^trades: ledger -[\d.]+, exchange -19\.0475 quote /)
      }).pipe(Effect.orDie)
    )
  )

  it.live("does not hold against a journal what was traded after its last record", () =>
    traded((market) =>
      Effect.gen(function* () {
        const audit = { ledger: initialLedger, beganMs: START_MS, endedMs: START_MS }
        const { problems, notes } = yield* auditHistory(subjects, audit).pipe(Effect.provide(venue(market.urls)))
        expect(problems).toStrictEqual([])
        expect(notes).toStrictEqual(["5 trades after the journal's last record: 120 base, -23.0635 quote"])
      }).pipe(Effect.orDie)
    )
  )
})
