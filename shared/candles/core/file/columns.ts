/** Which cell of a row holds what: by the header, and without one by the number of cells. Pure. */

/** What a file holds: bars, or single trades. */
export type FileKind = "candles" | "trades"

/** Places of the cells, from 0; null: the file has no such column. */
export interface Columns {
  readonly kind: FileKind
  /** Cells of every row. */
  readonly width: number
  readonly time: number
  /** A second part of the time: `2024.01.31` here and `10:15` in `time`. */
  readonly date: number | null
  /** Of trades all four are the price. */
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly trades: number | null
  /** `buy` or `sell`, of trades. */
  readonly side: number | null
  /** Whether the buyer was the maker, of trades: then the taker sold. */
  readonly buyerIsMaker: number | null
  /** One file holds one of them. */
  readonly symbol: number | null
}

/** Names of a column, most telling first; spaces, marks and capitals do not count. */
const NAMES = {
  time: [
    ..."unix,unixtime,unixtimestamp,opentime,opentimems,intervalbegin,starttime,startat,start,begin".split(","),
    ..."timestamp,timestampms,timems,time,ts,t,epoch,datetime,date".split(",")
  ],
  open: ["open", "openprice", "o"],
  high: ["high", "highprice", "h"],
  low: ["low", "lowprice", "l"],
  close: ["close", "closeprice", "c"],
  price: ["price"],
  volume: ["volume", "vol", "basevolume", "volumebase", "v", "qty", "quantity", "amount", "size"],
  trades: ["count", "trades", "tradecount", "tradescount", "numberoftrades", "numtrades", "transactions", "n"],
  side: ["takerside", "side"],
  buyerIsMaker: ["buyerismaker", "isbuyermaker"],
  symbol: ["symbol", "pair", "ticker"]
} as const
type Name = keyof typeof NAMES

const CANDLES = ["time", "open", "high", "low", "close", "volume"] as const
const TRADES = ["time", "price", "volume"] as const

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "")

/** A problem with a header or with a file that has none, as said after the line's number. */
export interface ColumnsRefused {
  readonly problem: string
}

const ADVICE = 'write a header line such as "time,open,high,low,close,volume,count"'

/** Without a header: Kraken's own archives, of bars (7 cells) and of trades (3). */
export const columnsWithout = (width: number): Columns | ColumnsRefused => {
  if (width === 7) return { ...NO_MORE, ...ohlc(1, 2, 3, 4), kind: "candles", width, time: 0, volume: 5, trades: 6 }
  if (width === 3) return { ...NO_MORE, ...ohlc(1, 1, 1, 1), kind: "trades", width, time: 0, volume: 2, trades: null }
  return { problem: `${width} cells and no header; without one they are 7 (candles) or 3 (trades): ${ADVICE}` }
}

const NO_MORE = { date: null, side: null, buyerIsMaker: null, symbol: null }
const ohlc = (open: number, high: number, low: number, close: number) => ({ open, high, low, close })

/** Whether the cells name columns at all: no number among them, and a time and a price. */
export const looksLikeHeader = (cells: ReadonlyArray<string>): boolean => {
  const names = cells.map(plain)
  const has = (name: Name) => names.some((one) => (NAMES[name] as ReadonlyArray<string>).includes(one))
  return cells.length >= 3 && cells.every((cell) => !/^[-+]?[\d.]+$/.test(cell)) && (has("time") || has("close"))
}

/** The columns that a header names; a refusal where one is missing, or where two could be meant. */
export const columnsOf = (header: ReadonlyArray<string>): Columns | ColumnsRefused => {
  const names = header.map(plain)
  const twice = names.findIndex((name, at) => name !== "" && names.indexOf(name) !== at && isOurs(name))
  if (twice !== -1) return { problem: `two columns are named "${header[twice] ?? ""}"; leave one of them out` }
  const at = (name: Name): number | null => {
    const known: ReadonlyArray<string> = NAMES[name]
    const found = known.map((one) => names.indexOf(one)).find((place) => place !== -1)
    return found ?? null
  }
  const volume = at("volume") ?? volumeWithUnit(names)
  if (typeof volume === "object" && volume !== null) return volume
  const places = { time: at("time"), price: at("price"), volume, ...pricesAt(at) }
  const kind: FileKind = places.price !== null && places.open === null ? "trades" : "candles"
  const missing = (kind === "candles" ? CANDLES : TRADES).filter((name) => places[name] === null)
  if (missing.length > 0) return { problem: `the header has no column for ${missing.join(", ")}; ${ADVICE}` }
  const price = places.price ?? 0
  const prices =
    kind === "trades"
      ? ohlc(price, price, price, price)
      : ohlc(places.open ?? 0, places.high ?? 0, places.low ?? 0, places.close ?? 0)
  const [date, clock] = [names.indexOf("date"), names.indexOf("time")]
  const split = date !== -1 && clock !== -1
  return {
    ...prices,
    kind,
    width: header.length,
    time: split ? clock : (places.time ?? 0),
    date: split ? date : null,
    volume: volume ?? 0,
    trades: kind === "candles" ? at("trades") : null,
    side: kind === "trades" ? at("side") : null,
    buyerIsMaker: kind === "trades" ? at("buyerIsMaker") : null,
    symbol: at("symbol")
  }
}

const pricesAt = (at: (name: Name) => number | null) => ({
  open: at("open"),
  high: at("high"),
  low: at("low"),
  close: at("close")
})

const isOurs = (name: string): boolean =>
  Object.values(NAMES).some((names: ReadonlyArray<string>) => names.includes(name))

/** `Volume DOGE` beside `Volume USD` are two volumes, and only one of them is of the base currency. */
const volumeWithUnit = (names: ReadonlyArray<string>): number | null | ColumnsRefused => {
  const found = names.flatMap((name, at) => (/^volume./.test(name) ? [at] : []))
  if (found.length <= 1) return found[0] ?? null
  return { problem: `${found.length} columns may be the volume; name the one of the base currency "volume"` }
}
