/** One action on its way from the button to its effect: what the dialog knows. Pure. */
import { ACTIONS, type ActionName } from "../../../../shared/core/actions/actions.ts"
import { type ActionArgument, defaultTextOf, mayBeLeftOut, rangeOf } from "../../../../shared/core/actions/argument.ts"
import type { ActionAnswer } from "../../actions/actions.ts"

/** How far it has come. `form`: something has to be filled in, the token perhaps. */
export type Phase = "form" | "previewing" | "previewed" | "sending" | "answered" | "failed"

/** Arguments as `POST /api/action` takes them. */
export type Arguments = Readonly<Record<string, number | string>>

/** An action in the dialog. */
export interface Asking {
  readonly action: ActionName
  readonly args: Arguments
  readonly title: string
  readonly about: string
  /** Stays the same however often it is sent: it takes effect once. */
  readonly id: string
  readonly phase: Phase
  /** What a person may fill in. */
  readonly fields: ReadonlyArray<Field>
  readonly wantsToken: boolean
  readonly problem: string
  readonly preview: ActionAnswer | null
  readonly answer: ActionAnswer | null
}

/** One argument as a field of the form. */
export interface Field {
  readonly name: string
  readonly label: string
  /** What is accepted, and what stands for an empty one. */
  readonly hint: string
  readonly required: boolean
  readonly kind: ActionArgument["kind"]
  readonly choices: ReadonlyArray<string>
}

const fieldOf = (argument: ActionArgument): Field => {
  const byDefault = defaultTextOf(argument)
  const hints = [rangeOf(argument), byDefault === null ? "" : `${byDefault} when left out`]
  return {
    name: argument.name,
    label: argument.about,
    hint: hints.filter((hint) => hint !== "").join("; "),
    required: !mayBeLeftOut(argument),
    kind: argument.kind,
    choices: argument.kind === "choice" ? argument.choices : []
  }
}

/** The arguments that a button has not filled in. */
export const fieldsOf = (action: ActionName, args: Arguments): ReadonlyArray<Field> =>
  Object.values<ActionArgument>(ACTIONS[action].arguments)
    .filter(({ name }) => !(name in args))
    .map(fieldOf)

/** A note may be left out, and stopping in a hurry must not wait for one: it alone asks for no form. */
const asksFirst = (fields: ReadonlyArray<Field>): boolean =>
  fields.some(({ required, kind }) => required || kind !== "text")

/** A button was pressed. */
export const begin = (asked: Pick<Asking, "action" | "args" | "id">, hasToken: boolean): Asking => {
  const { title, about } = ACTIONS[asked.action]
  const { slot_id: slot, recovery_id: recovery } = asked.args
  const fields = fieldsOf(asked.action, asked.args)
  const named = slot === undefined ? title : `${title} ${recovery === undefined ? slot : `${recovery} of slot ${slot}`}`
  return {
    ...asked,
    title: named,
    about,
    fields,
    wantsToken: !hasToken,
    phase: hasToken && !asksFirst(fields) ? "previewing" : "form",
    problem: "",
    preview: null,
    answer: null
  }
}

/** The form's texts as arguments: what was left empty is left out, and the server judges the rest. */
export const filledIn = (asking: Asking, texts: Readonly<Record<string, string>>): Asking => {
  const given = asking.fields.flatMap(({ name, kind }): ReadonlyArray<readonly [string, number | string]> => {
    const text = (texts[name] ?? "").trim()
    if (text === "") return []
    const isNumber = (kind === "integer" || kind === "percent") && Number.isFinite(Number(text))
    return [[name, isNumber ? Number(text) : text]]
  })
  return { ...asking, args: { ...asking.args, ...Object.fromEntries(given) }, wantsToken: false }
}

/** The server has answered a preview or the action itself. */
export const told = (asking: Asking, status: number, body: ActionAnswer & { readonly detail?: string }): Asking => {
  if (status === 401) return { ...asking, phase: "form", wantsToken: true, problem: "That token was not accepted." }
  const problem = body.detail ?? `The server answered ${status}.`
  // A field that is not accepted is filled in again, where there is one.
  if (status === 400 && asking.fields.length > 0) return { ...asking, phase: "form", problem }
  if (status !== 200 && status !== 202 && status !== 409) return { ...asking, phase: "failed", problem }
  return asking.phase === "sending"
    ? { ...asking, phase: "answered", problem: "", answer: body }
    : { ...asking, phase: "previewed", problem: "", preview: body }
}

/** Nobody answered. */
export const unanswered = (asking: Asking): Asking => ({
  ...asking,
  phase: "failed",
  problem:
    "The server does not answer. Whether it has taken the action is not known; trying again does it once at most."
})
