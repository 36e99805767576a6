/**
 * The one reader of files of candles and of trades: what `kennel backfill --from` stores, a recorded market plays and
 * `kennel regime` learns from. The caller hands over the text in pieces of any size; rows go where `pages` keeps them. Once all has
 * been read it is known in which unit the times are, how long a candle is and in which order the rows stand; only then are rows
 * given out, oldest first, each time once. Pure.
 */
import { cellsOf, otherSeparator } from "./cells.ts"
import { type Columns, columnsOf, columnsWithout, type FileKind, looksLikeHeader } from "./columns.ts"
import { type LeftOut, LeftOutTally } from "./leftOut.ts"
import { lineReader, LONGEST_LINE } from "./lines.ts"
import { type Pages, Records } from "./records.ts"
import { CandleFileRefused, shown } from "./refused.ts"
import { readRow } from "./rowReader.ts"
import { Spacing } from "./spacing.ts"
import type { TimeUnit } from "./time.ts"

/** What a reader is set up with. */
export interface FileReaderOptions {
  /** Names the file in messages. */
  readonly file: string
  readonly pages: Pages
  /** The clock, Unix seconds: no row lies more than a day after it. */
  readonly nowSec: number
}

/** What stands in a file: everything but the rows that cannot be, in the file's own order. */
export interface FileRows {
  readonly file: string
  readonly kind: FileKind
  readonly unit: TimeUnit
  readonly records: Records
  readonly spacing: Spacing
  readonly tally: LeftOutTally
}

/** Lines before the header or the first row: an address, a title. After them something else was named. */
const MAX_PREAMBLE = 10

/** Reads one file. `push` and `end` throw `CandleFileRefused` as soon as it is clear that the file cannot be used. */
export class FileReader {
  private readonly options: FileReaderOptions
  private readonly records: Records
  private readonly spacing = new Spacing()
  private readonly tally = new LeftOutTally()
  private readonly lines = lineReader((text, line) => this.take(text, line))
  private columns: Columns | null = null
  private header: string | null = null
  private unit: TimeUnit | null = null
  private symbol: string | null = null
  private preamble = 0

  constructor(options: FileReaderOptions) {
    this.options = options
    this.records = new Records(options.pages)
  }

  readonly push = (text: string): void => this.lines.push(text)

  /** After the last piece. */
  readonly end = (): FileRows => {
    this.lines.end()
    const { file } = this.options
    const { columns, unit, records, spacing, tally } = this
    if (columns === null || unit === null) throw nothingUsable(file, tally)
    return { file, kind: columns.kind, unit, records, spacing, tally }
  }

  private take(text: string, line: number): void {
    const unreadable = (problem: string): void => this.tally.add("unreadable", line, problem)
    if (text.length > LONGEST_LINE) return this.orHeader(line, `is longer than ${LONGEST_LINE} characters`, text)
    if (text.includes("\0")) return this.orHeader(line, "holds zero bytes; save the file as UTF-8 text", text)
    const cells = cellsOf(text)
    if (this.columns === null) return this.begin(cells, text, line)
    if (text === this.header) return
    if (cells === null) return unreadable(`"${shown(text)}" holds a quote that does not end`)
    if (cells.length !== this.columns.width) {
      return unreadable(`"${shown(text)}" has ${cells.length} cells, not ${this.columns.width}`)
    }
    this.takeRow(cells, this.columns, line)
  }

  /** The first lines: until one is a header or a row, each is left out. */
  private begin(cells: ReadonlyArray<string> | null, text: string, line: number): void {
    if (cells !== null && looksLikeHeader(cells)) {
      const columns = columnsOf(cells)
      if ("problem" in columns) throw this.refused(line, columns.problem)
      this.columns = columns
      this.header = text
      return
    }
    const between = otherSeparator(text)
    if (between !== null) {
      const mark = between === "\t" ? "tabs" : `"${between}"`
      throw this.refused(
        line,
        `cells are separated by ${mark}; save the file with commas, and with points in the numbers`
      )
    }
    const isRow = cells !== null && cells.length >= 3 && /^[-+]?\d/.test(cells[0] ?? "")
    if (!isRow) return this.orHeader(line, "is neither a header nor a row of numbers", text)
    const columns = columnsWithout(cells.length)
    if ("problem" in columns) return this.orHeader(line, columns.problem, null)
    this.columns = columns
    this.takeRow(cells, columns, line)
  }

  /** A line that is no row; too many of them before the first row, and the file is another kind of file. */
  private orHeader(line: number, problem: string, text: string | null): void {
    this.tally.add("unreadable", line, text === null ? problem : `"${shown(text)}" ${problem}`)
    if (this.columns === null && ++this.preamble > MAX_PREAMBLE) throw nothingUsable(this.options.file, this.tally)
  }

  private takeRow(cells: ReadonlyArray<string>, columns: Columns, line: number): void {
    const read = readRow(cells, columns, line, this.options.nowSec)
    if (read.row === null) return this.tally.add(read.reason, line, read.detail)
    this.unit ??= read.unit
    this.symbol ??= read.symbol
    if (read.unit !== this.unit) {
      const time = shown(cells[columns.time] ?? "")
      throw this.refused(
        line,
        `time "${time}" looks like ${read.unit}, the rows before like ${this.unit}; split the file, or write one unit`
      )
    }
    if (read.symbol !== this.symbol) {
      const [first, other] = [this.symbol ?? "", read.symbol ?? ""].map(shown)
      throw this.refused(line, `is of "${other}", the rows before of "${first}"; write a file for each`)
    }
    this.records.push(read.row)
    this.spacing.add(read.row.timeMs)
  }

  private refused(line: number, problem: string): CandleFileRefused {
    return new CandleFileRefused(this.options.file, line, problem)
  }
}

/** Of a file without a single row that can be used: why the first line was not. */
export const nothingUsable = (file: string, tally: { readonly first: LeftOut | null }): CandleFileRefused => {
  const { first } = tally
  if (first === null) return new CandleFileRefused(file, null, "holds no rows; is the download complete?")
  return new CandleFileRefused(file, first.line, `${first.detail}; no line of the file can be used`)
}
