/** Who writes to the bot without being let in: not answered, and told to the operator, seldom. Pure. */

/** Of one chat the operator hears again after so long. */
export const AGAIN_AFTER_MS = 24 * 3_600_000
/** Chats that are remembered, the newest: whoever comes with more is told of anew, within the limit below. */
export const MAX_STRANGERS = 64
/** So many notices in an hour, whoever writes. */
export const MAX_TOLD = 3
const HOUR_MS = 3_600_000

/** What is remembered. Times are of a clock of the process that goes forward only. */
export interface Strangers {
  /** When the operator last heard of a chat. */
  readonly heard: ReadonlyMap<number, number>
  /** When notices were given, oldest first. */
  readonly told: ReadonlyArray<number>
  /** Messages that were neither answered nor told, since the last notice. */
  readonly untold: number
}

/** Nobody has come. */
export const NOBODY: Strangers = { heard: new Map(), told: [], untold: 0 }

/** Somebody who is not let in has written; whether the operator is told, and of how many others beside it. */
export const strangerCame = (
  before: Strangers,
  chat: number,
  nowMs: number
): { readonly strangers: Strangers; readonly tell: { readonly others: number } | null } => {
  const told = before.told.filter((atMs) => nowMs - atMs < HOUR_MS)
  const lastMs = before.heard.get(chat)
  if ((lastMs !== undefined && nowMs - lastMs < AGAIN_AFTER_MS) || told.length >= MAX_TOLD) {
    return { strangers: { ...before, told, untold: before.untold + 1 }, tell: null }
  }
  const others = [...before.heard].filter(([known]) => known !== chat)
  const heard = new Map([...others.slice(-(MAX_STRANGERS - 1)), [chat, nowMs] as const])
  return { strangers: { heard, told: [...told, nowMs], untold: 0 }, tell: { others: before.untold } }
}
