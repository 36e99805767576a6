/** What is said of a file that cannot be used. Pure. */

/** What is shown of a line or a value: anything may stand in a file, also what a terminal would obey. */
const SHOWN = 60

/** The text without control characters and anything else that is not plain ASCII, cut. */
export const shown = (text: string): string => {
  const plain = text.slice(0, SHOWN).replace(/[^ -~]/g, "?")
  return text.length > SHOWN ? `${plain}…` : plain
}

/** A file that is not used at all: the message names it, the line (from 1) where there is one, and what to do. */
export class CandleFileRefused extends Error {
  readonly _tag = "CandleFileRefused"
  override readonly name = "CandleFileRefused"
  /** Without the file's name. */
  readonly detail: string
  constructor(file: string, line: number | null, problem: string) {
    const detail = line === null ? problem : `line ${line}: ${problem}`
    super(`${file}: ${detail}`)
    this.detail = detail
  }
}
