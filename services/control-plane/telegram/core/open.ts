/** What waits for somebody's confirmation. Each is held for a while and forgotten then: what was shown is no longer what would happen. Pure. */
import type { ActionRequest } from "../../actions/actionRequest.ts"

/** A person reads some lines and presses a button; the market has moved on after that. */
export const OPEN_FOR_MS = 120_000
/** Nobody decides on more at once; the oldest is forgotten first. */
export const MAX_OPEN = 32

/** An action that was shown and not yet confirmed. */
export interface Waiting {
  readonly request: Omit<ActionRequest, "id" | "author" | "preview">
  /** Where it was asked for: a press in another chat confirms nothing. */
  readonly chat: number
  /** By a clock of the process that goes forward only. */
  readonly untilMs: number
}

/** By the number of the update that asked: it becomes the id of the command, however often a button is pressed. */
export type Open = ReadonlyMap<number, Waiting>

/** Nothing waits. */
export const NOTHING_OPEN: Open = new Map()

/** With one more. One that is asked for again, as of an update that came twice, waits anew. */
export const opened = (open: Open, update: number, waiting: Waiting, nowMs: number): Open => {
  const kept = [...open].filter(([one, { untilMs }]) => one !== update && untilMs > nowMs)
  return new Map([...kept.slice(-(MAX_OPEN - 1)), [update, waiting]])
}

/** Without it. */
export const closed = (open: Open, update: number): Open => new Map([...open].filter(([one]) => one !== update))

/** What waits under this number in this chat; null: nothing (any more). */
export const waitingFor = (open: Open, update: number, chat: number, nowMs: number): Waiting | null => {
  const waiting = open.get(update)
  return waiting === undefined || waiting.chat !== chat || waiting.untilMs <= nowMs ? null : waiting
}
