/** Files of each kind, made at random from candles that are known: whatever is done to them, those come back, or the file is refused. */
import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { Price, Volume } from "../../../core/decimal/decimal.ts"
import type { Row } from "./records.ts"
import { CandleFileRefused } from "./refused.ts"
import { readCandleText } from "./testing/text.ts"

const SEED = 20_261_129
const FIRST_SEC = 1_704_067_200
const check = <Ts extends [unknown, ...Array<unknown>]>(property: fc.IProperty<Ts>) =>
  fc.assert(property, { seed: SEED, numRuns: 150 })

type Cells = Readonly<Record<"time" | "open" | "high" | "low" | "close" | "volume" | "count", string>>

/** Candles of one length, some left out, as the texts of their cells. */
const candles = fc
  .record({
    stepSec: fc.constantFrom(1, 5, 60, 300, 900, 3_600, 14_400, 86_400),
    kept: fc.array(fc.boolean(), { minLength: 30, maxLength: 80 }),
    seed: fc.integer({ min: 0, max: 1_000 })
  })
  .map(({ stepSec, kept, seed }) => ({
    stepSec,
    cells: kept.flatMap((keep, i): ReadonlyArray<Cells> => {
      if (!keep && i % 3 === 0) return []
      const close = 2_000 + ((seed + i * 7) % 50)
      return [
        {
          time: String(FIRST_SEC + i * stepSec),
          open: "0.2",
          high: `0.${close + 50}`,
          low: "0.19",
          close: `0.${close}`,
          volume: `${i}.25`,
          count: String(i % 9)
        }
      ]
    })
  }))

const shownRow = ({ timeMs, close, volume, count }: Row) =>
  [timeMs / 1_000, Price.format(close), Volume.format(volume), count].join(" ")
const shownCells = ({ time, close, volume, count }: Cells) =>
  [time, Price.format(Price.parse(close)), Volume.format(Volume.parse(volume)), count].join(" ")

const NAMES = ["time", "open", "high", "low", "close", "volume", "count"] as const

interface Style {
  readonly unit: string
  readonly order: ReadonlyArray<(typeof NAMES)[number]>
  readonly header: boolean
  readonly capitals: boolean
  readonly quoted: boolean
  readonly ending: string
  readonly mark: string
  readonly reversed: boolean
  readonly cuts: ReadonlyArray<number>
}

const styles: fc.Arbitrary<Style> = fc.record({
  unit: fc.constantFrom("", "000", "000000", "000000000", ".0"),
  order: fc.shuffledSubarray([...NAMES], { minLength: NAMES.length }),
  header: fc.boolean(),
  capitals: fc.boolean(),
  quoted: fc.boolean(),
  ending: fc.constantFrom("\n", "\r\n", "\r"),
  mark: fc.constantFrom("", "\ufeff"),
  reversed: fc.boolean(),
  cuts: fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 12 })
})

const textOf = (cells: ReadonlyArray<Cells>, style: Style): string => {
  const order = style.header ? style.order : NAMES
  const quote = (text: string) => (style.quoted ? `"${text}"` : text)
  const lines = cells.map((row) =>
    order.map((name) => quote(name === "time" ? `${row.time}${style.unit}` : row[name])).join(",")
  )
  const header = order.map((name) => quote(style.capitals ? name.toUpperCase() : name)).join(",")
  const rows = style.reversed ? lines.toReversed() : lines
  return style.mark + [...(style.header ? [header] : []), ...rows].join(style.ending)
}

describe(`files made at random (seed ${SEED})`, () => {
  it("hold the same candles in every unit, column order, line ending, quoting and order of rows", () => {
    check(
      fc.property(candles, styles, ({ cells, stepSec }, style) => {
        const text = textOf(cells, style)
        const cuts = style.cuts.filter((cut) => cut <= text.length)
        const { rows, intervalMs } = readCandleText(text, { cuts, namedSec: stepSec })
        expect(rows.map(shownRow)).toStrictEqual(cells.map(shownCells))
        expect(intervalMs).toBe(stepSec * 1_000)
      })
    )
  })

  it("lose exactly the lines that are spoiled, whatever spoils them", () => {
    const spoils: ReadonlyArray<(row: Cells) => string> = [
      (row) => Object.values({ ...row, close: "NaN" }).join(","),
      (row) => Object.values({ ...row, close: "9" }).join(","),
      (row) => Object.values({ ...row, low: "-0.1" }).join(","),
      (row) => Object.values({ ...row, open: "0" }).join(","),
      (row) => Object.values({ ...row, high: "0.1" }).join(","),
      (row) => Object.values({ ...row, volume: "-1" }).join(","),
      (row) => Object.values({ ...row, volume: "0x10" }).join(","),
      (row) => Object.values({ ...row, count: "2147483648" }).join(","),
      (row) => Object.values({ ...row, time: "60" }).join(","),
      (row) => Object.values({ ...row, time: "4000000000" }).join(","),
      (row) => Object.values({ ...row, close: "\u001b[2J" }).join(","),
      (row) => Object.values(row).slice(0, 5).join(","),
      (row) => `${Object.values(row).join(",")},1`,
      () => "x".repeat(3_000),
      () => '"',
      () => "\0\0\0"
    ]
    const spoiled = fc.array(fc.tuple(fc.integer({ min: 1, max: 19 }), fc.nat(spoils.length - 1)), { maxLength: 6 })
    check(
      fc.property(candles, spoiled, ({ cells, stepSec }, bad) => {
        const badAt = new Map(bad)
        const lines = cells.map((row, i) => spoils[badAt.get(i) ?? -1]?.(row) ?? Object.values(row).join(","))
        const { rows, notes } = readCandleText([NAMES.join(","), ...lines].join("\n"), { namedSec: stepSec })
        expect(rows.map(shownRow)).toStrictEqual(cells.filter((_, i) => !badAt.has(i)).map(shownCells))
        const counted = notes.reduce((sum, note) => sum + Number(/^\d+/.exec(note)?.[0] ?? 0), 0)
        expect(counted).toBe(badAt.size)
      })
    )
  })

  it("with rows repeated anywhere have each time once, the later line's values, and a count of both kinds", () => {
    const repeats = fc.array(fc.record({ from: fc.nat(19), to: fc.nat(60), other: fc.boolean() }), { maxLength: 6 })
    check(
      fc.property(candles, repeats, ({ cells, stepSec }, again) => {
        const rows = [...cells]
        for (const { from, to, other } of again) {
          const row = cells[from]
          if (row !== undefined) rows.splice(Math.min(to, rows.length), 0, other ? { ...row, volume: "7777" } : row)
        }
        const last = new Map(rows.map((row) => [row.time, row]))
        const read = readCandleText([NAMES, ...rows.map((row) => Object.values(row))].join("\n"), { namedSec: stepSec })
        expect(read.rows.map(shownRow)).toStrictEqual(
          cells.map(({ time }) => last.get(time)).flatMap((row) => (row === undefined ? [] : [shownCells(row)]))
        )
        const counted = read.notes.reduce((sum, note) => sum + Number(/^(\d+) lines? left out/.exec(note)?.[1] ?? 0), 0)
        expect(counted).toBe(rows.length - last.size)
      })
    )
  })

  it("in two units are refused whole", () => {
    check(
      fc.property(candles, fc.nat(18), fc.constantFrom("000", "000000"), ({ cells }, at, unit) => {
        const lines = cells.map((row, i) => Object.values(i > at ? { ...row, time: row.time + unit } : row).join(","))
        const read = () => readCandleText(lines.join("\n"))
        expect(read).toThrow(CandleFileRefused)
        expect(read).toThrow(`line ${at + 2}: time`)
      })
    )
  })

  it("of anything are read or refused, never more, and what is said of them is clean and short", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.constantFrom(",", "\n", '"', "1704067200", "time,open,high,low,close,volume\n", "0.2", "-", "e5", "\r")
    )
    check(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        try {
          const { notes } = readCandleText(pieces.join(""))
          for (const note of notes) expect(note).toMatch(/^[ -~…]{1,300}$/)
        } catch (error) {
          if (!(error instanceof CandleFileRefused)) throw error
          expect(error.message).toMatch(/^x\.csv: [ -~…]{1,300}$/)
        }
      })
    )
  })
})
