/** What a row of the table of actions says, and how its arguments read to people. Pure. */

/** The settings that fill in arguments. */
export type ArgumentSetting = "FAR_RECOVERY_DISTANCE_PCT" | "FAR_RECOVERY_COUNT"

interface Common {
  /** As people write it in HTTP, and as the status calls it; on the command line the same with hyphens. The row's key is the name in code and journal. */
  readonly name: string
  /** What it was called once: still understood, and answered with a hint. */
  readonly formerly?: string
  /** Where it is left out, the control plane fills in what this setting says: the journal holds a number. */
  readonly setting?: ArgumentSetting
  /** What it is for, as one phrase. */
  readonly about: string
}

/** What is accepted: above `above`, or from `min` on to `max`, or without an end. */
type Range =
  | { readonly min: number; readonly max?: number; readonly above?: never }
  | { readonly above: number; readonly min?: never; readonly max?: never }

/** Without a default it must be given. Null: it may be left open, and the rule decides, as `open` says to people. */
type Default<A> = { readonly default?: A } | { readonly default: null; readonly open: string }

/** One argument of an action. */
export type ActionArgument = Common &
  (
    | ({ readonly kind: "integer" } & Range & Default<number>)
    /** Percent: 1 is one of a hundred. */
    | ({ readonly kind: "percent" } & Range & Default<number>)
    /** Of quote currency, 0 or more; decimal text where people write it. */
    | { readonly kind: "amount" }
    | ({ readonly kind: "text"; readonly pattern?: RegExp } & Default<string>)
    | ({ readonly kind: "choice"; readonly choices: ReadonlyArray<string> } & Default<string>)
  )

/** An action. */
export interface Action {
  /** Over the page's dialog. */
  readonly title: string
  /** What it means for the market: in the page's dialog before anything is confirmed, and in the documents. */
  readonly about: string
  /** By the names under which code and journal know them. */
  readonly arguments: Readonly<Record<string, ActionArgument>>
}

/** Whether it may be left out. */
export const mayBeLeftOut = (argument: ActionArgument): boolean =>
  argument.setting !== undefined || defaultOf(argument) !== undefined

/** What stands for an argument that is left out; undefined: it must be given, or a setting says so. */
export const defaultOf = (argument: ActionArgument): number | string | null | undefined =>
  "default" in argument ? argument.default : undefined

/** The same for people; null where it must be given, or where empty is as good as nothing. */
export const defaultTextOf = (argument: ActionArgument): string | null => {
  if ("open" in argument) return argument.open
  if (argument.setting !== undefined) return argument.setting
  const value = defaultOf(argument) ?? ""
  return value === "" ? null : String(value)
}

/** What is accepted, for people; empty: any text. */
export const rangeOf = (argument: ActionArgument): string => {
  switch (argument.kind) {
    case "integer":
    case "percent": {
      const { min, max, above } = argument
      const unit = argument.kind === "percent" ? " %" : ""
      if (above !== undefined) return `above ${above}${unit}`
      return max === undefined ? `${min}${unit} or more` : `${min}–${max}${unit}`
    }
    case "amount":
      return "decimal text, 0 or more"
    case "text":
      return ""
    case "choice":
      return `${argument.choices.slice(0, -1).join(", ")} or ${argument.choices.at(-1)}`
  }
}
