/** What a button says when it is pressed: at most 64 bytes, Telegram's limit. Pure. */

/** A button of ours. */
export type Pressed =
  /** Soft close: a recovery was picked. */
  | { readonly _tag: "SoftClose"; readonly slot: number; readonly recovery: number }
  /** What was shown is to be done, or not. `update`: the one that asked. */
  | { readonly _tag: "Confirm" | "Cancel"; readonly update: number }
  /** The status again, in its place. */
  | { readonly _tag: "Refresh" }

/** `sc:<slot>:<recovery>`: picks a recovery. */
export const softCloseData = (slot: number, recovery: number): string => `sc:${slot}:${recovery}`
/** `ok:<update>`, `no:<update>`. */
export const confirmData = (update: number): string => `ok:${update}`
/** See `confirmData`. */
export const cancelData = (update: number): string => `no:${update}`
/** Under a status. */
export const REFRESH = "re:status"

/** Whole and exact: what is longer was never ours. */
const NUMBER = String.raw`(\d{1,15})`
const SOFT_CLOSE = new RegExp(`^sc:${NUMBER}:${NUMBER}$`)
const DECISION = new RegExp(`^(ok|no):${NUMBER}$`)

/** Null: no button of ours. Anybody may send any data to a bot. */
export const pressedOf = (data: string): Pressed | null => {
  if (data === REFRESH) return { _tag: "Refresh" }
  const [, slot, recovery] = SOFT_CLOSE.exec(data) ?? []
  if (slot !== undefined && recovery !== undefined) {
    return { _tag: "SoftClose", slot: Number(slot), recovery: Number(recovery) }
  }
  const [, word, update] = DECISION.exec(data) ?? []
  if (update === undefined) return null
  return { _tag: word === "ok" ? "Confirm" : "Cancel", update: Number(update) }
}
