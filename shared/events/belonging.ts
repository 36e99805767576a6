/**
 * What may stand where: each subject carries the events of its family and is written by its own service. A reducer folds an event
 * by its tag, wherever it was written; so an event out of its place must never reach one. Asked once, where a record is decoded.
 * Pure.
 */
import type { Standing } from "../core/ids/subjects.ts"
import { FAMILIES } from "./event.ts"

/** A decoded record, as much of it as says where it belongs. */
interface Placed {
  readonly writer: string
  readonly events: ReadonlyArray<{ readonly _tag: string; readonly commandId?: unknown }>
}

/** Who writes a family: a service that a record names as its writer must be one of them. Control is everybody's. */
export const WRITERS_OF: Readonly<Record<string, ReadonlyArray<string>>> = {
  price: ["market-feed"],
  clock: ["market-feed"],
  order: ["order-gateway"],
  account: ["order-gateway"],
  quarantine: ["market-feed", "order-gateway"],
  regime: ["hmm-advisor"],
  candle: ["ohlcv-ingestor"],
  context: ["market-context"],
  command: ["control-plane"],
  seal: ["journal-keeper", "operator"],
  // A slot's outputs name the slot's actor.
  slot: [],
  governor: ["governor"],
  rebalancer: ["rebalancer"]
}

/** Everybody that `WRITERS_OF` names. Who is none of them (a simulation, a test) is bound by the subject alone. */
const SERVICES: ReadonlySet<string> = new Set(Object.values(WRITERS_OF).flat())

/** What came from outside and did not decode has a subject of its own, though it is of the control family. */
const ASIDE = "FrameQuarantined"

/** The tags that each subject's family may carry. */
const TAGS_ON: ReadonlyMap<string, ReadonlySet<string>> = new Map<string, ReadonlySet<string>>([
  ...Object.entries(FAMILIES).map(
    ([family, members]) =>
      [
        family,
        new Set(members.map((member): string => member.fields._tag.schema.literal).filter((tag) => tag !== ASIDE))
      ] as const
  ),
  ["quarantine", new Set([ASIDE])]
])

/** Families that stand on a subject per slot. */
const BY_SLOT: ReadonlySet<string> = new Set(["order", "slot"])

/**
 * Why this record's events do not belong on its subject, or null where they do: the subject is no family's, an event is of another
 * family, a command is not the one its subject names, or the writer named is another subject's.
 */
export const objectionTo = (subject: string, { family, slot }: Standing, { writer, events }: Placed): string | null => {
  const tags = TAGS_ON.get(family)
  if (tags === undefined || (slot === null && BY_SLOT.has(family))) return "nothing of a market stands on this subject"
  for (const { _tag, commandId } of events) {
    if (!tags.has(_tag)) return `${_tag} does not belong on this subject`
    if (family === "command" && !subject.endsWith(`.${String(commandId)}`)) {
      return `the command ${String(commandId)} does not belong on this subject`
    }
  }
  const writers = WRITERS_OF[family]
  if (writers === undefined || !SERVICES.has(writer) || writers.includes(writer)) return null
  return `${writer} does not write on this subject`
}
