/** Sends what is asked, with the token of this tab. */
import type { ActionAnswer } from "../../actions/actions.ts"
import type { Asking } from "./asking.ts"

/** Where this tab keeps the token; the browser forgets it with the tab. */
const TOKEN = "kennel.token"
/** Longer than the server itself waits for the governor (10 s). */
const TIMEOUT_MS = 15_000

/** Whether this tab has a token. */
export const hasToken = (): boolean => sessionStorage.getItem(TOKEN) !== null

/** Keeps what was typed as this tab's token. */
export const keepToken = (text: string): void => sessionStorage.setItem(TOKEN, text.trim())

/** An id of 16 random bytes. */
export const freshId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")

/** What the server said. */
export interface Answered {
  readonly status: number
  readonly body: ActionAnswer & { readonly detail?: string }
}

/** A token that is refused is forgotten. Rejects when no answer came in time. */
export const post = async ({ action, args, id, preview: shown }: Asking, preview: boolean): Promise<Answered> => {
  const more = preview ? { preview } : { id, shown: shown?.effects ?? [] }
  const response = await fetch("/api/action", {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${sessionStorage.getItem(TOKEN) ?? ""}` },
    body: JSON.stringify({ action, ...args, author: "page", ...more }),
    signal: AbortSignal.timeout(TIMEOUT_MS)
  })
  const body = await response.json()
  if (response.status === 401) sessionStorage.removeItem(TOKEN)
  return { status: response.status, body }
}
