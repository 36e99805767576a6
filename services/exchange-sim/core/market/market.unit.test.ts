import { describe, expect, it } from "vitest"
import { Price, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { aggregate, summary } from "./candles.ts"
import { parseMarketChoice } from "./choice.ts"
import { LiveMarket } from "./live.ts"
import { levels, quotesAfter, restingAt } from "./quote.ts"
import { recordedMarket } from "./recorded.ts"
import { readRecording } from "../../testing/recording.ts"
import { syntheticMarket } from "./synthetic.ts"
import { Tape, TAPE_KEEPS_MS } from "./tape.ts"

const MINUTE = 60_000
const DAY = 86_400_000
const START = 1_790_000_040_000
const synthetic = (seed: number) =>
  syntheticMarket({ seed, fromMs: START - TAPE_KEEPS_MS, priceDecimals: 7, volumeDecimals: 8 })

describe("the synthetic market", () => {
  it("is the same for the same seed and another for another", () => {
    const pricesOf = (seed: number) => new Tape(synthetic(seed)).advance(START).map(({ price }) => price)
    expect(pricesOf(1)).toEqual(pricesOf(1))
    expect(pricesOf(1)).not.toEqual(pricesOf(2))
  })

  it("has a past: 720 candles of every interval up to 15 minutes at the first moment", () => {
    const tape = new Tape(synthetic(1))
    tape.advance(START)
    for (const minutes of [1, 5, 15]) expect(aggregate(tape.candles, minutes * MINUTE, START, 720)).toHaveLength(720)
  })

  it("has quiet minutes, and moves by some four tenths of a percent in the others", () => {
    const tape = new Tape(synthetic(1))
    tape.advance(START)
    const minutes = aggregate(tape.candles, MINUTE, START, 10_000)
    expect(minutes.filter(({ count }) => count === 0).length / minutes.length).toBeCloseTo(0.09, 1)
    const returns = tape.candles.slice(1).map(({ close }, i) => Number(close) / Number(tape.candles[i]?.close) - 1)
    const deviation = Math.sqrt(returns.reduce((sum, r) => sum + r * r, 0) / returns.length)
    expect(deviation).toBeGreaterThan(0.003)
    expect(deviation).toBeLessThan(0.005)
  })

  it("goes on from the state of an exchange of an earlier release, which knew no fair value", () => {
    const market = synthetic(1)
    const kept = [720, 0.15, 1, 0]
    expect(market.step(kept)).toEqual(market.step([...kept, 0.15]))
  })

  it("stays in DOGE's range for a month (seeds 1 to 3)", () => {
    for (const seed of [1, 2, 3]) {
      const market = synthetic(seed)
      let [state, low, high] = [market.initial, 1, 0]
      for (let i = 0; i < 30 * 1_440; i++) {
        const step = market.step(state)
        const last = Price.toNumber(step?.trades.at(-1)?.price ?? Price.parse("0.15"))
        if (step !== null) state = step.next
        low = Math.min(low, last)
        high = Math.max(high, last)
      }
      expect(low).toBeGreaterThan(0.08)
      expect(high).toBeLessThan(0.25)
    }
  })
})

describe("a tape", () => {
  it("gives every trade once, however often it is moved, and numbers them without gaps", () => {
    const inOne = new Tape(synthetic(7)).advance(START)
    const tape = new Tape(synthetic(7))
    const inMany: Array<unknown> = []
    for (let ms = START - DAY; ms <= START; ms += 7_777) inMany.push(...tape.advance(ms))
    inMany.push(...tape.advance(START))
    expect(inMany).toEqual(inOne)
    expect(inOne.map(({ tradeId }) => tradeId)).toEqual(inOne.map((_, i) => i + 1))
  })

  it("can be run again from its start, and then knows the same", () => {
    const tape = new Tape(synthetic(7))
    tape.advance(START + 3 * DAY)
    const again = new Tape(synthetic(7), tape.start)
    again.advance(START + 3 * DAY)
    expect(again.last).toEqual(tape.last)
    expect(again.candles.slice(-5_000)).toEqual(tape.candles.slice(-5_000))
    expect(again.advance(START + 3 * DAY + 60_000)).toEqual(tape.advance(START + 3 * DAY + 60_000))
  })

  it("makes old trades again instead of keeping them, and forgets what is older than eight days", () => {
    const tape = new Tape(synthetic(7))
    const all = tape.advance(START + 5 * MINUTE)
    expect(tape.newest(40)).toEqual(all.slice(-40))
    const fromMs = START - 3 * DAY
    expect(tape.tradesAfter(fromMs, 500)).toEqual(all.filter(({ timeMs }) => timeMs > fromMs).slice(0, 500))
    tape.advance(START + 2 * DAY)
    expect(tape.candles[0]?.timeMs).toBeGreaterThanOrEqual(START + 2 * DAY - TAPE_KEEPS_MS)
  })
})

describe("a recording", () => {
  const candles = [
    "open_time_ms,open,high,low,close,volume",
    "1618951260000,0.3154606,0.3163364,0.3136477,0.3150246,12655944.0",
    "1618951320000,0.3151489,0.317,0.3146836,0.3166688,8552877.0000000001",
    "1618951500000,0.31,0.31,0.31,0.31,0"
  ].join("\n")

  it("of candles is walked through its extremes: a falling candle goes up first, a rising one down", () => {
    const tape = new Tape(recordedMarket(readRecording("c.csv", candles), 7))
    const first = tape.advance(1618951319999).map(({ price }) => Price.format(price))
    expect(first[0]).toBe("0.3154606")
    expect(first.at(-1)).toBe("0.3150246")
    expect(first.indexOf("0.3163364")).toBeLessThan(first.indexOf("0.3136477"))
    const second = tape.advance(1618951379999).map(({ price }) => Price.format(price))
    expect(second.indexOf("0.3146836")).toBeLessThan(second.indexOf("0.317"))
  })

  it("gives back its own candles, a hole as flat ones, and rounded volumes", () => {
    const tape = new Tape(recordedMarket(readRecording("c.csv", candles), 7))
    tape.advance(1618951500000)
    const [first, second, ...hole] = aggregate(tape.candles, MINUTE, 1618951500000, 720)
    expect(first).toMatchObject({
      open: Price.parse("0.3154606"),
      high: Price.parse("0.3163364"),
      low: Price.parse("0.3136477"),
      close: Price.parse("0.3150246"),
      volume: Volume.parse("12655944")
    })
    expect(second?.volume).toBe(Volume.parse("8552877"))
    expect(hole.map(({ count, close }) => [count, close])).toEqual([1, 2, 3].map(() => [0, Price.parse("0.3166688")]))
  })

  it("of trades is played as it was; a taker side nobody recorded follows the last move", () => {
    const text = "1672531436,90.540000,1.10448420\n1672531471,90.450000,1.00000000\n1672531600,90.46,2"
    const trades = new Tape(recordedMarket(readRecording("t.csv", text), 7)).advance(1672531600000)
    expect(trades.map(({ timeMs, price, takerSide }) => [timeMs, Price.format(price), takerSide])).toEqual([
      [1672531436000, "90.54", "buy"],
      [1672531471000, "90.45", "sell"],
      [1672531600000, "90.46", "buy"]
    ])
  })

  it("of aggregate trades says itself who was the taker", () => {
    const text =
      "time_ms,agg_trade_id,price,qty,first_trade_id,last_trade_id,buyer_is_maker\n1570752011620,1,0.00141342,23.0,1,1,true"
    expect(readRecording("a.csv", text).rows).toMatchObject([{ timeMs: 1570752011620, takerSide: "sell" }])
  })

  it("ends: afterwards nothing trades and the last price stands", () => {
    const tape = new Tape(recordedMarket(readRecording("t.csv", "1672531436,90.54,1\n"), 7))
    tape.advance(1672531436000)
    expect(tape.advance(1772531436000)).toEqual([])
    expect(tape.last?.price).toBe(Price.parse("90.54"))
  })

  it("plays a day of 23 hours to the beginning of the next", () => {
    const day = (hour: number) => `${1_704_067_200 + hour * 3_600},0.2,0.3,0.1,0.2,5`
    const text = ["time,open,high,low,close,volume", ...[0, 24, 47, 71].map(day)].join("\n")
    const market = recordedMarket(readRecording("d.csv", text), 7)
    const lengths: Array<number> = []
    for (let step = market.step(market.initial); step !== null; step = market.step(step.next)) {
      lengths.push((step.untilMs - step.fromMs) / 3_600_000)
      expect(step.trades.every(({ timeMs }) => timeMs < step.untilMs)).toBe(true)
    }
    expect(lengths).toEqual([24, 23, 24, 24])
  })

  it("that cannot be used is refused by file, line and what to do", () => {
    expect(() => readRecording("x.csv", "x,y,z\n1,2,3")).toThrow(
      'x.csv: line 1: "x,y,z" is neither a header nor a row of numbers; no line of the file can be used'
    )
  })
})

it("a live market plays what is pushed into it, as soon as its time has come", () => {
  const live = new LiveMarket()
  const tape = new Tape(live)
  const trade = (timeMs: number) =>
    ({ timeMs, price: Price.parse("0.2"), volume: Volume.parse("5"), takerSide: "buy" }) as const
  expect(tape.advance(1_000)).toEqual([])
  live.push(trade(900))
  live.push(trade(800))
  live.push(trade(2_000))
  expect(tape.advance(1_000).map(({ timeMs }) => timeMs)).toEqual([900, 900])
  expect(tape.advance(3_000).map(({ tradeId }) => tradeId)).toEqual([3])
})

it("quotes stand where the last trade printed: a buy at the ask, a sell at the bid, at least a tick apart", () => {
  const at = (takerSide: "buy" | "sell", spreadPct: number) => {
    const { bid, ask } = quotesAfter({ price: Price.parse("0.2"), takerSide }, { priceDecimals: 7, spreadPct })
    return [Price.format(bid), Price.format(ask)]
  }
  expect(at("buy", 0.1)).toEqual(["0.1998", "0.2"])
  expect(at("sell", 0.1)).toEqual(["0.2", "0.2002"])
  expect(at("sell", 0)).toEqual(["0.2", "0.2000001"])
})

it("the same price always shows the same volume in the book", () => {
  const quotes = { bid: Price.parse("0.2"), ask: Price.parse("0.2002") }
  const [first, second] = levels(quotes, "bid", 2)
  expect(restingAt(quotes, "bid", first?.price ?? Price.zero)).toBe(first?.volume)
  expect(second?.price).toBe(Price.parse("0.1998"))
  expect(restingAt(quotes, "bid", Price.parse("0.2001"))).toBe(0n)
})

it("candles in a row make one candle", () => {
  const tape = new Tape(synthetic(1))
  tape.advance(START)
  const day = summary(tape.candles)
  expect(day?.count).toBe(tape.candles.reduce((sum, { count }) => sum + count, 0))
  expect(summary([])).toBeUndefined()
})

describe("the choice of a market", () => {
  it("is read from text", () => {
    expect(parseMarketChoice("synthetic")).toEqual({ kind: "synthetic" })
    expect(parseMarketChoice("upstream")).toEqual({ kind: "upstream" })
    expect(parseMarketChoice("recorded:C:/data/doge.csv.gz")).toEqual({ kind: "recorded", path: "C:/data/doge.csv.gz" })
  })
  it.each(["", "recorded:", "random", "recorded"])('refuses "%s" and says what is accepted', (text) => {
    expect(() => parseMarketChoice(text)).toThrow(
      `market "${text}" is not one of: synthetic, recorded:<path to a .csv or .csv.gz>, upstream`
    )
  })
})
