/** The table of actions for people. Pure. */
import {
  type Action,
  type ActionArgument,
  defaultTextOf,
  mayBeLeftOut,
  rangeOf
} from "../../shared/core/actions/argument.ts"

const argumentCell = (argument: ActionArgument): string => {
  const fallback = defaultTextOf(argument)
  const unset = fallback === null ? "may be left out" : `${fallback} when left out`
  const limits = [rangeOf(argument), mayBeLeftOut(argument) ? unset : ""].filter((part) => part !== "")
  return `\`${argument.name}\`: ${argument.about}${limits.length === 0 ? "" : ` (${limits.join("; ")})`}`
}

/** One line per action: its arguments as `POST /api/action` takes them, and what it means for the market. */
export const actionTable = (actions: Readonly<Record<string, Action>>): string =>
  [
    "| action | arguments | what it does |",
    "| --- | --- | --- |",
    ...Object.entries(actions).map(([name, { about, arguments: args }]) => {
      const cells = Object.values(args).map(argumentCell)
      return `| \`${name}\` | ${cells.join("<br>")} | ${about} |`
    })
  ].join("\n")
