/** Commands as people read them. Pure. */
import { Quote } from "../../../shared/core/decimal/decimal.ts"
import { spanText } from "../../../shared/core/rules/sentence.ts"
import type { Command } from "../../../shared/events/families/command.ts"

/** `maxAgeSec` becomes `max age sec`, `loss_cooldown` `loss cooldown`. */
const words = (name: string): string =>
  name.replaceAll("_", " ").replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const withNumbers = (what: string, numbers: Readonly<Record<string, number | string>>): string => {
  const compared = Object.entries(numbers).map(([name, value]) => `${words(name)} ${value}`)
  return compared.length === 0 ? what : `${what} (${compared.join(", ")})`
}

/** The arguments of a command as JSON may hold them: amounts as decimal text. Those that were left open are left out. */
export const argumentsIn = ({ name: _name, ...args }: Command): Readonly<Record<string, number | string>> =>
  Object.fromEntries(
    Object.entries(args)
      .filter((entry): entry is [string, number | string | Quote] => entry[1] !== null && entry[1] !== "")
      .map(([name, value]) => [name, typeof value === "bigint" ? Quote.format(value) : value])
  )

/** A command with its arguments, as one line. */
export const commandInWords = (command: Command): string => withNumbers(words(command.name), argumentsIn(command))

/** A time of the exchange's clock, with what it is of the reader's where that runs at another speed: `8.5 h (4.3 min here)`. */
export const withWallTime = (sec: number, speed: number): string =>
  speed === 1 ? spanText(sec) : `${spanText(sec)} of it (${spanText(sec / speed)} of yours)`
