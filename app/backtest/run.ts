/**
 * A backtest: the reducers that trade (slots, governor, rebalancer) on the simulated exchange's own engine, driven by a recording. No
 * bus, no wire, no clock but the recording's. The same input gives the same result, and the same hash, on every machine.
 *
 * What is assumed. *Way through a candle*: `likely` goes to the nearer extreme first (a rising candle open, low, high, close), in ten
 * trades of equal volume a minute; `low-first` and `high-first` are the two bounds. *Queue*: a resting order trades when the market
 * trades beyond its price, or at it by a taker of the other side after the volume that was visible there when it came; the volume of
 * that trade is all there is. *Latency*: none; an order rests before the next trade. *Fees*: those of the settings, for the whole time.
 */
import {
  intervalOf,
  lastingMs,
  type Path,
  pathThrough,
  recordedMarket,
  timeAt,
  tradeAt,
  type Way
} from "../../services/exchange-sim/core/market/recorded.ts"
import type { MarketTrade } from "../../services/exchange-sim/core/market/process.ts"
import type { Playable } from "../../services/exchange-sim/core/market/rows.ts"
import { openMarket, type MarketOptions, termsOf } from "../inProcess/market.ts"
import type { Venue } from "../inProcess/venue.ts"
import { Lane } from "./lane/lane.ts"
import { Notes } from "./notes.ts"
import { plainGridAt } from "./plainGrid.ts"
import { type RecordedAdvisor, recordedAdvisor, type RecordedAdvisorOptions } from "./recordedAdvisor.ts"
import type { BacktestResult } from "./result.ts"
import { Silence } from "./silence.ts"

/** What is tested, on what. */
export interface BacktestOptions extends Omit<MarketOptions, "startMs"> {
  readonly recording: Playable
  /** Through its candles. */
  readonly way: Way
  readonly fromMs: number
  readonly untilMs: number
  /** Simulated time between two clock facts. */
  readonly clockMs: number
  /** Everything is folded, encoded, compared and hashed; left out: what changes nothing is passed over. */
  readonly proves?: boolean
  /** The regime advisor takes part, trained and asked on the same candles; left out: none runs. */
  readonly advisor?: RecordedAdvisorOptions
  /** Whether a plain grid is played beside it, to compare with. */
  readonly compares?: boolean
  /** Told the simulated time reached, at each hour of it. */
  readonly onHour?: (nowMs: number) => void
}

/** The ways that a range is over. */
export const WAYS: ReadonlyArray<Way> = ["likely", "low-first", "high-first"]

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** What of the recording was played. */
interface Played {
  readonly venue: Venue
  readonly candles: number
  readonly trades: number
  readonly lastMs: number
}

/**
 * Runs to `untilMs` or the end of the recording. `proves`: every price and clock fact is folded, and every decision encoded, compared
 * and hashed, as by a market that trades; the result is the same. Throws an Error when nothing trades in that time.
 */
export const backtest = (options: BacktestOptions): BacktestResult => {
  const notes = new Notes(options)
  const played = options.proves === true ? playProven(options, notes) : playLane(options, notes)
  if (played.trades === 0) throw new Error("nothing trades in the time asked for")
  const { venue, candles, trades, lastMs } = played
  notes.point(lastMs, venue)
  const result = notes.end(lastMs, venue)
  const { recording, fromMs, base, quote } = options
  const way = recording.kind === "trades" ? "trades" : options.way
  const { makerFeePct, takerFeePct } = termsOf(options)
  return {
    assumed: { way, makerFeePct, takerFeePct, base, quote },
    fromMs,
    untilMs: lastMs,
    candles,
    trades,
    ...result,
    plainGrid: options.compares === true ? plainGridAt(options, result.curve) : null
  }
}

/** One-minute candles are what the advisor reads; throws an Error where there are others. */
const advisorOf = ({ advisor, recording }: BacktestOptions): RecordedAdvisor | null => {
  if (advisor === undefined) return null
  const minutes = recording.kind === "candles" && (recording.intervalMs ?? intervalOf(recording.rows)) === MINUTE_MS
  if (!minutes)
    throw new Error("HMM_ENABLED=true: the regime advisor reads one-minute candles; test this file without it")
  const { rows } = recording
  const all = Array.from({ length: rows.length }, (_, at) => rows.at(at)).filter((row) => row !== undefined)
  return recordedAdvisor(
    all.filter(({ volume }) => volume > 0n),
    advisor
  )
}

/** Every trade of the stretch, in order, and the prices that are asked for between them; what it came to. */
const eachTrade = (options: BacktestOptions, take: (trade: MarketTrade) => void): Omit<Played, "venue"> => {
  const { recording, way, fromMs, untilMs } = options
  const process = recordedMarket(recording, termsOf(options).priceDecimals, way)
  const silence = new Silence(options)
  let [candles, trades, lastMs] = [0, 0, fromMs]
  for (let step = process.step(process.initial); step !== null; step = process.step(step.next)) {
    if (step.untilMs <= fromMs) continue
    if (step.fromMs >= untilMs) break
    candles++
    for (const trade of step.trades) {
      if (trade.timeMs < fromMs || trade.timeMs >= untilMs) continue
      for (const asked of silence.before(trade.timeMs)) take(asked)
      take(trade)
      silence.note(trade.timeMs, () => trade)
      trades++
      lastMs = trade.timeMs
    }
  }
  return { candles, trades, lastMs }
}

/** Everything is folded: trades and clock facts in order of time. */
const playProven = (options: BacktestOptions, notes: Notes): Played => {
  const { fromMs, clockMs, onHour } = options
  const market = openMarket({ ...options, startMs: fromMs })
  market.journal.watch(({ events, slot, timeMs }) => {
    for (const event of events) notes.event(event, slot, timeMs)
  })
  const advisor = advisorOf(options)
  market.begin()
  let [nextTickMs, nextLookMs] = [fromMs, fromMs]
  const played = eachTrade(options, (trade) => {
    for (; nextTickMs < trade.timeMs; nextTickMs += clockMs) {
      market.passTime(nextTickMs)
      market.tick(nextTickMs)
      for (const fact of advisor?.facts(nextTickMs) ?? []) market.fact("regime", nextTickMs, fact)
      if (nextTickMs < nextLookMs) continue
      nextLookMs += HOUR_MS
      notes.point(nextTickMs, market.venue)
      onHour?.(nextTickMs)
    }
    market.trade(trade, true)
    notes.price = trade.price
  })
  return { venue: market.venue, ...played }
}

/** What changes nothing is passed over. */
const playLane = (options: BacktestOptions, notes: Notes): Played => {
  const { recording, way, fromMs, untilMs, clockMs, onHour } = options
  const lane: Lane = new Lane({
    ...options,
    startMs: fromMs,
    clockMs,
    advisor: advisorOf(options),
    everyMs: HOUR_MS,
    seen: (event, { standing, timeMs }) => notes.event(event, standing.slot, timeMs),
    look: (nowMs) => {
      notes.price = lane.lastPrice
      notes.point(nowMs, lane.venue)
      onHour?.(nowMs)
    }
  })
  let [candles, trades, lastMs] = [0, 0, fromMs]
  if (recording.kind === "trades") {
    ;({ candles, trades, lastMs } = eachTrade(options, (trade) => lane.trade(trade)))
  } else {
    const { rows } = recording
    const intervalMs = recording.intervalMs ?? intervalOf(rows)
    const { priceDecimals } = termsOf(options)
    const silence = new Silence(options)
    for (
      let index = 0, row = rows.at(0), next = rows.at(1);
      row !== undefined;
      row = next, next = rows.at(++index + 1)
    ) {
      if (row.timeMs + intervalMs <= fromMs) continue
      if (row.timeMs >= untilMs) break
      const through = pathThrough(row, lastingMs(row, next, intervalMs), priceDecimals, way)
      const played = silence.within(through)
        ? tradeByTrade(options, silence, through, lane)
        : candle(options, silence, through, lane)
      candles++
      trades += played
      if (played > 0) lastMs = lane.lastMs
    }
  }
  notes.price = lane.lastPrice
  return { venue: lane.venue, candles, trades, lastMs }
}

/** A candle whose trades follow each other closely, and what is asked for before it. Returns how many trades it was. */
const candle = ({ fromMs, untilMs }: BacktestOptions, silence: Silence, through: Path, lane: Lane): number => {
  if (through.length > 0 && silence.breaksBefore(timeAt(through, 0)))
    for (const asked of silence.before(timeAt(through, 0))) lane.trade(asked)
  const played = lane.candle(through, fromMs, untilMs)
  const end = through.length - 1
  if (played > 0) silence.note(timeAt(through, end), () => tradeAt(through, end))
  return played
}

/** A long one, in which a price grows old between two trades. */
const tradeByTrade = ({ fromMs, untilMs }: BacktestOptions, silence: Silence, through: Path, lane: Lane): number => {
  let played = 0
  for (let at = 0; at < through.length; at++) {
    const trade = tradeAt(through, at)
    if (trade.timeMs < fromMs || trade.timeMs >= untilMs) continue
    for (const asked of silence.before(trade.timeMs)) lane.trade(asked)
    lane.trade(trade)
    silence.note(trade.timeMs, () => trade)
    played++
  }
  return played
}
