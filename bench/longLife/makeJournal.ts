/**
 * A long journal to measure on: a market of many slots on a made-up DOGE, traded by the project's own actors against its own
 * simulated exchange, and written record by record into an embedded journal as a running market would have written it.
 */
import { Effect } from "effect"
import { openMarket } from "../../app/inProcess/market.ts"
import { readSettings } from "../../app/settings.ts"
import { syntheticMarket } from "../../services/exchange-sim/core/market/synthetic.ts"
import { governorRules } from "../../shared/config/rules/governor.ts"
import { Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { encodeEntry, type StoredRecord } from "../../shared/events/envelope.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { packAll } from "../../shared/journal/embedded/testing/packedJournal.ts"
import { Journal, type JournalEntry } from "../../shared/journal/port.ts"

/** How much of a life. */
export interface LongLife {
  readonly directory: string
  readonly slots: number
  /** At least so many records are written; the last input's answers are written whole. */
  readonly records: number
}

const SEED = 11
const START_MS = 1_769_990_400_000
const CLOCK_MS = 5_000
/** Records made before they are written: the bound of what is held. */
const BATCH = 5_000

/** The bytes that stand in the journal; facts of the edges have no id of their own in the simulation. */
const entryOf = ({ subject, id, epoch, timeMs, writer, cause, events, seq }: StoredRecord): JournalEntry =>
  encodeEntry(subject, id === "fact" ? `fact.${seq}` : id, { epoch, timeMs, writer, cause, events })

/** The market's records, batch by batch, for ever. */
function* life(slots: number): Generator<ReadonlyArray<JournalEntry>, never> {
  const { settings } = readSettings({ MIN_VOLUME: "2", KRAKEN_TIER: "pro" })
  const { priceDecimals } = settings.slot
  const market = openMarket({
    startMs: START_MS,
    slots,
    slotRules: { ...settings.slot, volumeDecimals: 8 },
    // Nobody is there to lift the daily loss lock: with one the market would stand still from the first bad day on.
    governorRules: { ...governorRules(settings), dailyLossLimit: Quote.zero },
    rebalancerRules: settings.rebalancer,
    tier: "pro",
    base: Volume.fromNumber(slots * 1_000),
    quote: Quote.fromNumber(slots * 300)
  })
  const prices = syntheticMarket({ seed: SEED, fromMs: START_MS, priceDecimals, volumeDecimals: 8 })
  let batch: Array<JournalEntry> = []
  market.journal.watch((record) => batch.push(entryOf(record)))
  market.begin()
  let clockMs = START_MS
  for (let step = prices.step(prices.initial); step !== null; step = prices.step(step.next)) {
    for (const trade of step.trades) {
      for (; clockMs < trade.timeMs; clockMs += CLOCK_MS) {
        market.passTime(clockMs)
        market.tick(clockMs)
      }
      market.trade(trade, true)
    }
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  throw new Error("a made-up market has no end")
}

/** Writes the journal into an empty directory; returns how many records it has. */
export const makeLongJournal = ({ directory, slots, records }: LongLife): Effect.Effect<number> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    let written = 0
    for (const batch of life(slots)) {
      yield* journal.appendAll(batch)
      written += batch.length
      if (written >= records) break
    }
    return written
  }).pipe(
    // No append is repeated here: ids are forgotten at once, however many there are.
    Effect.provide(EmbeddedJournal.layer({ directory, duplicateWindowMs: 1_000, packClosed: false })),
    // At a market's pace each segment is packed long before the next is full; here it would go on into what is measured.
    Effect.tap(() => packAll(directory)),
    Effect.orDie
  )
