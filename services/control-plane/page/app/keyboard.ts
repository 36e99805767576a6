/** Keys that lead to a view, for whoever keeps it open all day. */
import { VIEWS } from "./places.ts"
import { go } from "./routes.ts"
import { keys } from "./state.ts"

const isTyped = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest("input, select, textarea, dialog[open]") !== null

/** Listens for single keys, unless they are switched off or typed into a field. */
export const listenForKeys = (): void => {
  addEventListener("keydown", (event) => {
    if (keys.value === "off" || event.ctrlKey || event.metaKey || event.altKey || isTyped(event.target)) return
    const view = VIEWS.find(({ key }) => key === event.key)
    if (view !== undefined) go(view.id)
  })
}
