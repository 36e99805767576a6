/** `/page/actions.js`, which the server makes at its start from the table of actions (`http/assets.ts`). */
import type { ActionName } from "../../../shared/core/actions/actions.ts"
import type { Action } from "../../../shared/core/actions/argument.ts"

/** An action's words in the dialog. */
export type ActionWords = Pick<Action, "title" | "about">

/** Every action's words, by its name. */
export const ACTIONS: Readonly<Record<ActionName, ActionWords>>
