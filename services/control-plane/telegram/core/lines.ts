/** What is said in a chat: lines, each plain, bold or in fixed width, made into messages of Telegram's HTML. Pure. */

/** One line. Whatever stands in it is text: no name of a slot and no words of an error become markup. */
export type Line = string | { readonly bold: string } | { readonly code: string }

/** Telegram takes messages of so many UTF-16 units, counted after its markup is read; with the markup they are longer, never shorter. */
export const MAX_MESSAGE = 4_096
/** Every unit may become five (`&amp;`), and markup comes around it: so many of a line's always fit into one message. */
const MAX_LINE = 800
/** What is longer than so many messages nobody reads on a phone. */
export const MAX_MESSAGES = 4

/** The characters that mean something in Telegram's HTML. */
const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

/** Without what no message carries: control characters, and halves of characters. */
const cleaned = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  text.toWellFormed().replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, " ")

/** Cut into pieces of at most `most` units, never through a character. */
const pieces = (text: string, most: number): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (let rest = text; ;) {
    if (rest.length <= most) return [...found, rest]
    const unit = rest.charCodeAt(most - 1)
    const at = unit >= 0xd8_00 && unit <= 0xdb_ff ? most - 1 : most
    found.push(rest.slice(0, at))
    rest = rest.slice(at)
  }
}

const textOf = (line: Line): string => (typeof line === "string" ? line : "bold" in line ? line.bold : line.code)

const marked = (line: Line, text: string): string => {
  // Empty markup is none to Telegram.
  if (typeof line === "string" || text.trim() === "") return escaped(text)
  return "bold" in line ? `<b>${escaped(text)}</b>` : `<code>${escaped(text)}</code>`
}

/** The line as HTML, in as many pieces as messages can take; markup opens and closes within each. */
const htmlOf = (line: Line): ReadonlyArray<string> =>
  cleaned(textOf(line))
    .split("\n")
    .flatMap((part) => pieces(part, MAX_LINE).map((piece) => marked(line, piece)))

/** What cannot be sent because there is nothing in it. */
const NOTHING = "(nothing)"

/**
 * Messages of HTML, each at most `MAX_MESSAGE` long, broken between lines; at least one, at most `MAX_MESSAGES`: what is beyond is
 * counted in the last line.
 */
export const messagesOf = (lines: ReadonlyArray<Line>): ReadonlyArray<string> => {
  const all = lines.flatMap(htmlOf)
  const messages: Array<string> = []
  let now = ""
  for (const [at, line] of all.entries()) {
    const longer = now === "" ? line : `${now}\n${line}`
    if (longer.length <= MAX_MESSAGE) {
      now = longer
      continue
    }
    if (messages.length === MAX_MESSAGES - 1) return [...messages, withRest(now, all.length - at)]
    messages.push(now)
    now = line
  }
  return [...messages, now.trim() === "" ? NOTHING : now]
}

/** The message with how many lines did not fit, in place of its last lines where it is full. */
const withRest = (message: string, left: number): string => {
  const kept = message.split("\n")
  for (let more = left; ; more++) {
    const text = [...kept, `… ${more} more lines`].join("\n")
    if (text.length <= MAX_MESSAGE) return text
    kept.pop()
  }
}
