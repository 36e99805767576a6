/** Buttons that ask for an action. */
import type { ComponentChildren } from "preact"
import { ACTIONS, type ActionName } from "../../../../shared/core/actions/actions.ts"
import { mayAct, past, report } from "../app/state.ts"
import type { Arguments } from "./asking.ts"
import { ask } from "./dialog.tsx"

/** Why a button may not be pressed now; null: it may. */
const refusal = (action: ActionName, args: Arguments): string | null => {
  if (past.value !== null) return "The past is shown: go back to now first."
  if (!mayAct.value) return "No connection to the server."
  // What a row fills in may be possible although the action by itself is not.
  return report.value?.refused_actions[[action, ...Object.values(args)].join(" ")] ?? null
}

/** What every button takes. */
export interface ActionButtonProps {
  readonly action: ActionName
  /** Those that are not left to a person, as in `POST /api/action`. */
  readonly args?: Arguments
  /** For those who do not see what it stands beside. */
  readonly name?: string
  readonly class?: string
  readonly children?: ComponentChildren
}

/**
 * One that would be refused says why instead: it stays in the order of focus, so that everybody can read it. While nobody hears, or the
 * past is shown, none may be pressed.
 */
export const ActionButton = ({ action, args = {}, name, class: classes = "", children }: ActionButtonProps) => {
  const why = refusal(action, args)
  return (
    <button
      type="button"
      class={classes}
      data-action={action}
      aria-label={name}
      aria-disabled={why === null ? undefined : "true"}
      title={why === null ? ACTIONS[action].about : mayAct.value ? `Would be refused: ${why}` : why}
      onClick={() => {
        if (why === null) ask(action, args)
      }}
    >
      {children ?? ACTIONS[action].title}
    </button>
  )
}
