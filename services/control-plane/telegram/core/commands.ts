/**
 * Every command of the chat: one row each. `/help` and the menu that Telegram shows are made of the rows, and so is the reading of what
 * somebody typed. A row that acts takes name, words and arguments from the table of actions. Pure.
 */
import { ACTIONS, type ActionName } from "../../../../shared/core/actions/actions.ts"
import { type Action, type ActionArgument, mayBeLeftOut, rangeOf } from "../../../../shared/core/actions/argument.ts"
import type { Line } from "./lines.ts"

/** What only looks. */
export type ViewName = "status" | "why" | "profit" | "daily" | "balance" | "slots" | "levels" | "version" | "help"

/** A row of the registry. */
export type ChatCommand =
  | { readonly name: ViewName; readonly view: ViewName; readonly about: string; readonly takes?: string }
  | {
      readonly name: ActionName
      readonly action: ActionName
      /** It moves money, or lets it move: what it would do is shown, and done when somebody confirms it. */
      readonly asks: boolean
    }

/** As they stand in the menu: what is looked at most comes first. */
export const COMMANDS: ReadonlyArray<ChatCommand> = [
  { name: "status", view: "status", about: "The market at a glance" },
  { name: "why", view: "why", about: "Why it does not trade, or what a slot waits for", takes: "[slot]" },
  { name: "profit", view: "profit", about: "What trading has come to, each kind of figure by itself" },
  { name: "daily", view: "daily", about: "The UTC day's losses, gains and limit" },
  { name: "balance", view: "balance", about: "What the account holds" },
  { name: "slots", view: "slots", about: "One line for each slot" },
  { name: "levels", view: "levels", about: "Key levels of the pair, and how precise they are" },
  // It closes nothing and can be taken back: in need it must not wait for a second press.
  { name: "pause", action: "pause", asks: false },
  { name: "resume", action: "resume", asks: true },
  { name: "add_slot", action: "add_slot", asks: true },
  { name: "soft_close", action: "soft_close", asks: true },
  { name: "set_entry_pct", action: "set_entry_pct", asks: true },
  { name: "set_profit_pct", action: "set_profit_pct", asks: true },
  { name: "backfill_ohlcv", action: "backfill_ohlcv", asks: false },
  { name: "version", view: "version", about: "Which build, rules and journal" },
  { name: "help", view: "help", about: "These lines" }
]

/** What Telegram sends when somebody opens a bot for the first time. */
const START = "start"

const argumentsOf = (name: ActionName): ReadonlyArray<ActionArgument> =>
  Object.values((ACTIONS[name] as Action).arguments)

const usageOf = (argument: ActionArgument): string =>
  mayBeLeftOut(argument) ? `[${argument.name}]` : `<${argument.name}>`

/** Which arguments a command takes, as people write them: `<pct>`; empty: none. */
const takesOf = (command: ChatCommand): string => {
  if ("view" in command) return command.takes ?? ""
  // Without them there is a picker.
  if (command.action === "soft_close") return "[slot_id recovery_id]"
  return argumentsOf(command.action).map(usageOf).join(" ")
}

const aboutOf = (command: ChatCommand): string => ("view" in command ? command.about : ACTIONS[command.action].about)

/** Telegram takes descriptions of at most so many characters. */
const MAX_ABOUT = 256

/** The menu, as Telegram is told it: names without the slash. */
export const MENU: ReadonlyArray<{ readonly command: string; readonly description: string }> = COMMANDS.map(
  (command) => ({
    command: command.name,
    description: aboutOf(command).slice(0, MAX_ABOUT)
  })
)

/** `/help`. */
export const helpLines: ReadonlyArray<Line> = COMMANDS.flatMap((command): ReadonlyArray<Line> => {
  const takes = takesOf(command)
  const ranges =
    "view" in command
      ? []
      : argumentsOf(command.action).flatMap((argument) =>
          rangeOf(argument) === "" ? [] : [`${argument.name}: ${rangeOf(argument)}`]
        )
  const asks = "asks" in command && command.asks ? " Shows its effect first, and asks." : ""
  const said = ranges.length === 0 ? "" : ` (${ranges.join("; ")})`
  return [{ bold: `/${command.name}${takes === "" ? "" : ` ${takes}`}` }, `${aboutOf(command)}${said}${asks}`]
})

/** What somebody typed. */
export type Typed =
  | { readonly _tag: "View"; readonly view: ViewName; readonly words: ReadonlyArray<string> }
  /** `body`: as `POST /api/action` would have it, without its `action`'s check. */
  | {
      readonly _tag: "Action"
      readonly command: Extract<ChatCommand, { readonly action: ActionName }>
      readonly body: Readonly<Record<string, unknown>>
    }
  /** Soft close without arguments: which recovery? */
  | { readonly _tag: "Pick" }
  /** No command of ours: what to say. */
  | { readonly _tag: "Unknown"; readonly lines: ReadonlyArray<Line> }
  /** For another bot of the chat, or no command at all: nothing is said. */
  | { readonly _tag: "NotForUs" }

const COMMAND = /^\/([a-z0-9_]{1,32})(?:@(\w{1,64}))?(?:\s+([\s\S]*))?$/i

/** A word as the field of its argument: what is no number stays text, so that whoever checks it can name it. */
const valueOf = (argument: ActionArgument, word: string): unknown => {
  if (argument.kind !== "integer" && argument.kind !== "percent") return word
  const text = argument.kind === "percent" ? word.replace(/\s*%$/, "") : word
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : word
}

const bodyOf = (action: ActionName, rest: string): Readonly<Record<string, unknown>> | { readonly tooMany: string } => {
  const args = argumentsOf(action)
  const [only] = args
  // A note is all of what follows.
  if (only !== undefined && args.length === 1 && only.kind === "text" && only.pattern === undefined) {
    return rest === "" ? { action } : { action, [only.name]: rest }
  }
  const words = rest === "" ? [] : rest.split(/\s+/)
  const more = words[args.length]
  if (more !== undefined) return { tooMany: more }
  const given = args.flatMap((argument, at) => {
    const word = words[at]
    return word === undefined ? [] : [[argument.name, valueOf(argument, word)]]
  })
  return { action, ...(Object.fromEntries(given) as Readonly<Record<string, unknown>>) }
}

/** A word of a stranger's is not repeated at length. */
const shown = (word: string): string => (word.length > 40 ? `${word.slice(0, 40)}…` : word)

/** Reads a message. `username`: the bot's own, by which a command in a group may name it. */
export const typedOf = (text: string, username: string): Typed => {
  const [, typed = "", addressee, after = ""] = COMMAND.exec(text.trim()) ?? []
  if (typed === "") {
    return text.trim().startsWith("/")
      ? { _tag: "Unknown", lines: [`I do not know ${shown(text.trim())}. /help lists what I do.`] }
      : { _tag: "NotForUs" }
  }
  if (addressee !== undefined && addressee.toLowerCase() !== username.toLowerCase()) return { _tag: "NotForUs" }
  const name = typed.toLowerCase()
  if (name === START) return { _tag: "View", view: "help", words: [] }
  const command = COMMANDS.find((one) => one.name === name)
  if (command === undefined)
    return { _tag: "Unknown", lines: [`I do not know /${shown(name)}. /help lists what I do.`] }
  const rest = after.trim()
  if ("view" in command) return { _tag: "View", view: command.view, words: rest === "" ? [] : rest.split(/\s+/) }
  if (command.action === "soft_close" && rest === "") return { _tag: "Pick" }
  const body = bodyOf(command.action, rest)
  if ("tooMany" in body) {
    const takes = takesOf(command)
    const form = `/${command.name}${takes === "" ? "" : ` ${takes}`}`
    return { _tag: "Unknown", lines: [`${shown(String(body["tooMany"]))} is one word too many: ${form}`] }
  }
  return { _tag: "Action", command, body }
}
