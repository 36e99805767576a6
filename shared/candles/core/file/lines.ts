/** From pieces of text to lines, however the pieces are cut. Pure. */

/** A line has about 80 characters. A longer one is another kind of file; more of it than this is not kept. */
export const LONGEST_LINE = 1_000
const KEPT = 2 * LONGEST_LINE

/** Cuts text that comes in pieces into lines. */
export interface LineReader {
  /** Hands on the lines that are complete now. */
  readonly push: (text: string) => void
  /** Hands on the last line, when the file does not end with a line break. */
  readonly end: () => void
}

/**
 * Tells `take` every line that is not blank, with its number from 1. Lines end as in the file's first one: `\n`, `\r\n`, or `\r`
 * alone as old programs write it. A byte-order mark is taken off, wherever files were joined. A line longer than
 * `LONGEST_LINE` comes cut, but still longer than that.
 */
export const lineReader = (take: (text: string, line: number) => void): LineReader => {
  let rest = ""
  let line = 0
  let separator: "\n" | "\r" | null = null

  const hand = (text: string): void => {
    line++
    let from = text.charCodeAt(0) === 10 || text.charCodeAt(0) === 0xfeff ? 1 : 0
    if (text.charCodeAt(from) === 0xfeff) from++
    const whole = text.slice(from, text.endsWith("\r") ? -1 : undefined)
    if (whole.trim() !== "") take(whole, line)
  }

  return {
    push: (text) => {
      const whole = rest + text
      separator ??= separatorOf(whole)
      let from = 0
      if (separator !== null) {
        for (let to = whole.indexOf(separator); to !== -1; to = whole.indexOf(separator, from)) {
          hand(whole.slice(from, to))
          from = to + 1
        }
      }
      // Without a line break in sight the rest would grow with the file.
      rest = whole.slice(from, from + KEPT)
    },
    end: () => {
      if (rest !== "") hand(rest)
      rest = ""
    }
  }
}

/** Null as long as no line has ended; a `\r` at the very end may be half of `\r\n`. */
const separatorOf = (text: string): "\n" | "\r" | null => {
  const [feed, back] = [text.indexOf("\n"), text.indexOf("\r")]
  if (back !== -1 && back < text.length - 1 && (feed === -1 || back < feed - 1)) return "\r"
  return feed === -1 ? null : "\n"
}
