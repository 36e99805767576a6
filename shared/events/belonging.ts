/**
 * What may stand where: each subject carries the events of its family and is written by its own service. A reducer folds an event
 * by its tag, wherever it was written; so an event out of its place must never reach one. Asked once, where a record is decoded.
 * Pure.
 */
import type { Standing } from "../core/ids/subjects.ts"
import { FAMILIES } from "./event.ts"

/** An event, as much of it as says where it belongs. */
interface PlacedEvent {
  readonly _tag: string
  readonly commandId?: unknown
  readonly service?: unknown
  readonly watchesOrders?: unknown
  readonly fitsModels?: unknown
  readonly speed?: unknown
}

/** A decoded record, as much of it as says where it belongs. */
interface Placed {
  readonly writer: string
  /** The shapes version it was written in. */
  readonly writtenIn: number
  readonly events: ReadonlyArray<PlacedEvent>
}

/** Who writes a family: a service that a record names as its writer must be one of them. Control is bound by `CONTROL_OF`. */
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
  lease: ["control-plane"],
  seal: ["journal-keeper", "operator"],
  // A slot's outputs name the slot's actor.
  slot: [],
  governor: ["governor"],
  rebalancer: ["rebalancer"]
}

/** What whoever starts on a journal, and may meet what it cannot read, has to say. */
const EVERYBODYS = ["EpochRaised", "RulesAdopted", "FaultRaised", "WriterKeySet"]

/**
 * The control events that each writer may write, on a subject that is its own (`….control.<writer>`): the rules of a service are that
 * service's, and a record is passed over by the operator's word alone.
 */
export const CONTROL_OF: Readonly<Record<string, ReadonlyArray<string>>> = {
  "market-feed": EVERYBODYS,
  "slot-actor": [...EVERYBODYS, "MarketConfigured", "HaltExplained"],
  governor: [...EVERYBODYS, "GovernorConfigured"],
  rebalancer: [...EVERYBODYS, "RebalancerConfigured"],
  "order-gateway": EVERYBODYS,
  "ohlcv-ingestor": EVERYBODYS,
  "hmm-advisor": EVERYBODYS,
  "market-context": EVERYBODYS,
  projector: EVERYBODYS,
  "journal-keeper": EVERYBODYS,
  "control-plane": EVERYBODYS,
  operator: ["RecordSkipped", "FaultDismissed", "WriterKeySet"],
  // All services in one process: its start is one.
  "kennel-up": EVERYBODYS
}

/** What a start may say of itself, and whose start it then is. */
const STARTS_OF = {
  watchesOrders: ["order-gateway", "kennel-up"],
  fitsModels: ["hmm-advisor", "kennel-up"],
  speed: ["market-feed", "kennel-up"]
} as const

/** The last version of the shapes in which all control records stood on one subject. */
const LAST_SHARED_CONTROL = 2

/** Everybody that has subjects of its own. Who is none of them (a simulation, a test) is bound by the subject alone. */
const SERVICES: ReadonlySet<string> = new Set([...Object.values(WRITERS_OF).flat(), ...Object.keys(CONTROL_OF)])

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
export const objectionTo = (subject: string, { family, slot }: Standing, placed: Placed): string | null => {
  const { writer, events } = placed
  const tags = TAGS_ON.get(family)
  if (tags === undefined || (slot === null && BY_SLOT.has(family))) return "nothing of a market stands on this subject"
  for (const { _tag, commandId } of events) {
    if (!tags.has(_tag)) return `${_tag} does not belong on this subject`
    if (family === "command" && !subject.endsWith(`.${String(commandId)}`)) {
      return `the command ${String(commandId)} does not belong on this subject`
    }
  }
  if (family === "control") return objectionToControl(subject, placed)
  const writers = WRITERS_OF[family]
  if (writers === undefined || writers.includes(writer) || !SERVICES.has(writer)) return null
  return `${writer} does not write on this subject`
}

/** Why a control record does not belong on its subject: the subject is another's, or what it says is for another to say. */
const objectionToControl = (subject: string, { writer, writtenIn, events }: Placed): string | null => {
  const [, , , owner, ...more] = subject.split(".")
  if (owner === undefined) {
    return writtenIn <= LAST_SHARED_CONTROL ? null : "control records stand on the subject of their writer"
  }
  if (more.length > 0) return "nothing of a market stands on this subject"
  if (writer !== owner) return `${writer} does not write on this subject`
  const tags = CONTROL_OF[writer]
  if (tags === undefined) return null
  for (const event of events) {
    const { _tag, service } = event
    if (!tags.includes(_tag)) return `${_tag} is not for ${writer} to write`
    if (service !== undefined && service !== writer) return `${writer} does not speak for ${JSON.stringify(service)}`
    for (const [what, whose] of Object.entries(STARTS_OF)) {
      const said = event[what as keyof typeof STARTS_OF]
      if (said !== undefined && said !== false && !(whose as ReadonlyArray<string>).includes(writer)) {
        return `a start of ${writer} does not say ${what}`
      }
    }
  }
  return null
}
