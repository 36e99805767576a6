/** Fills and cycles of a recorded day as rows: nothing is missing, nothing is rounded. */
import { describe, expect, it } from "vitest"
import { recordedLines, recordsOf } from "../../../tests/journals/corpus.ts"
import { Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { decodeRecord, RecordUndecodable, type StoredRecord } from "../../../shared/events/envelope.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { CYCLE_COLUMNS, csvLine, cycleRowsOf, type ExportRow, FILL_COLUMNS, FillRows } from "./rows.ts"

const CURRENCIES = { base: "DOGE", quote: "USD" }

const stored = (name: string): ReadonlyArray<StoredRecord> =>
  recordsOf(recordedLines(name)).flatMap((record) => {
    try {
      return [decodeRecord(record)]
    } catch (error) {
      if (error instanceof RecordUndecodable) return []
      throw error
    }
  })
const day = stored("rules-2-shapes-2-trading")
const fillsOf = (records: ReadonlyArray<StoredRecord>): ReadonlyArray<ExportRow> => {
  const rows = new FillRows(CURRENCIES)
  return records.flatMap((record) => rows.take(record))
}

describe("the fills of a journal", () => {
  it("add up to what the account became, to the last unit", () => {
    const observed = day.flatMap(({ events }) =>
      events.filter(
        (event): event is Extract<MarketEvent, { _tag: "BalancesObserved" }> => event._tag === "BalancesObserved"
      )
    )
    let { base, quote } = { base: observed[0]?.base.total as bigint, quote: observed[0]?.quote.total as bigint }
    for (const { side, volume, cost, fee } of fillsOf(day)) {
      const [volumes, paid] = [Volume.parse(String(volume)) as bigint, Quote.parse(String(cost)) as bigint]
      base += side === "buy" ? volumes : -volumes
      quote += (side === "buy" ? -paid : paid) - Quote.parse(String(fee))
    }
    expect({ base, quote }).toStrictEqual({ base: observed.at(-1)?.base.total, quote: observed.at(-1)?.quote.total })
  })

  it("name time, side, amounts, currency and every id", () => {
    const [first] = fillsOf(day)
    expect(Object.keys(first ?? {})).toStrictEqual(FILL_COLUMNS)
    expect(first).toMatchObject({ currency: "USD", base_currency: "DOGE", fee_base: "0", liquidity: "maker" })
    expect(csvLine(FILL_COLUMNS.map((column) => first?.[column] ?? null))).toMatch(
      /^2024-03-24T\d\d:\d\d:\d\d\.\d{3}Z,(buy|sell),0\.\d+,\d+\.\d+,\d\.\d+,0\.\d+,USD,0,DOGE,\d,k[0-9a-z]+,O[^,]+,T[^,]+,maker,\d+$/
    )
  })

  it("hold what only an order's end has counted, as a row without an exec id", () => {
    const untold = day.flatMap((record): ReadonlyArray<StoredRecord> => {
      const [first, ...rest] = record.events.filter(({ _tag }) => _tag !== "FillRecorded")
      return first === undefined ? [] : [{ ...record, events: [first, ...rest] }]
    })
    const rows = fillsOf(untold)
    expect(rows.length).toBeGreaterThan(300)
    expect(rows.filter(({ exec_id, liquidity }) => exec_id !== null || liquidity !== null)).toStrictEqual([])
    const costs = (all: ReadonlyArray<ExportRow>) => all.reduce((sum, { cost }) => sum + Quote.parse(String(cost)), 0n)
    expect(costs(rows)).toBe(costs(fillsOf(day)))
  })
})

describe("the cycles of a journal", () => {
  it("are all there, with their exact net", () => {
    const rows = day.flatMap((record) => cycleRowsOf(record, CURRENCIES))
    expect(rows).toHaveLength(179)
    expect(Object.keys(rows[0] ?? {})).toStrictEqual(CYCLE_COLUMNS)
    const [{ gross, fees, net } = {}] = rows
    expect(Quote.parse(String(net))).toBe(Quote.parse(String(gross)) - Quote.parse(String(fees)))
  })
})

describe("a line of CSV", () => {
  it("quotes what holds a comma or a quotation mark, and leaves what is not known empty", () => {
    expect(csvLine(["a,b", 'say "x"', null, 3])).toBe('"a,b","say ""x""",,3')
  })
})
