/** Notices that wait to be sent together: a burst becomes one message. Pure. */
import type { Line } from "./lines.ts"
import type { ChatNotice, NoticeKind, Volumes } from "./notices.ts"

/** Lines of their own in one message; what comes beyond is counted by kind. */
export const MAX_BURST_LINES = 10
/** Of each kind so many, however full the message is: a halt is not lost among fills. */
export const LINES_OF_EACH = 2

/** What waits. */
export interface Burst {
  /** By text, how often it came. In order. */
  readonly lines: ReadonlyMap<string, number>
  /** How many of the lines are of a kind. */
  readonly kinds: ReadonlyMap<NoticeKind, number>
  /** Beyond the lines. */
  readonly more: ReadonlyMap<NoticeKind, number>
  /** One of them is told with a sound. */
  readonly loud: boolean
  /** One of those is urgent: it sounds in quiet hours too. */
  readonly urgent: boolean
  /** Records up to this one have been looked at. */
  readonly seq: number
}

/** Nothing waits; records up to `seq` have been looked at. */
export const quiet = (seq: number): Burst => ({
  lines: new Map(),
  kinds: new Map(),
  more: new Map(),
  loud: false,
  urgent: false,
  seq
})

/** Whether there is anything to send. */
export const isQuiet = ({ lines }: Burst): boolean => lines.size === 0

/** The record `seq` was looked at, and these were in it. */
export const gathered = (before: Burst, notices: ReadonlyArray<ChatNotice>, seq: number, volumes: Volumes): Burst => {
  const lines = new Map(before.lines)
  const kinds = new Map(before.kinds)
  const more = new Map(before.more)
  let { loud, urgent } = before
  for (const { kind, text, urgent: isUrgent } of notices) {
    if (volumes[kind] === "off") continue
    loud ||= volumes[kind] === "on"
    urgent ||= volumes[kind] === "on" && isUrgent
    const times = lines.get(text)
    const ofKind = kinds.get(kind) ?? 0
    if (times !== undefined) lines.set(text, times + 1)
    else if (lines.size < MAX_BURST_LINES || ofKind < LINES_OF_EACH) {
      lines.set(text, 1)
      kinds.set(kind, ofKind + 1)
    } else more.set(kind, (more.get(kind) ?? 0) + 1)
  }
  return { lines, kinds, more, loud, urgent, seq: Math.max(seq, before.seq) }
}

const NAMES: Readonly<Record<NoticeKind, string>> = {
  fills: "of fills",
  orphan_pressure: "of orphan pressure",
  drift: "of drift",
  loss_lock: "of the loss lock",
  pause: "of pauses",
  halt: "of halts",
  jobs: "of jobs",
  other: "of other kinds"
}

/** What is sent. */
export const burstLines = ({ lines, more }: Burst): ReadonlyArray<Line> => {
  const beyond = [...more].map(([kind, count]) => `${count} ${NAMES[kind]}`)
  return [
    ...[...lines].map(([text, times]) => (times === 1 ? text : `${text} (${times} times)`)),
    ...(beyond.length === 0 ? [] : [`… and more: ${beyond.join(", ")}. /status shows how it stands.`])
  ]
}
