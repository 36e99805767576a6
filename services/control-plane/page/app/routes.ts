/** Where the reader is, and how to go elsewhere. */
import { computed, signal } from "@preact/signals"
import { hrefOf, placeOf, type View } from "./places.ts"

const hash = signal(location.hash)
addEventListener("hashchange", () => {
  hash.value = location.hash
})

/** Where the reader is now. */
export const place = computed(() => placeOf(hash.value, location.pathname))

/** Goes there. */
export const go = (view: View, rest: string | number = ""): void => {
  location.hash = hrefOf(view, rest)
}
