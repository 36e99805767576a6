/** Where each family stands in the market's stream. One reader of `market.<PAIR>.>` sees everything in one order. */
import type { SlotNumber } from "./kinds.ts"

/** The subjects of one market; `pair` is the exchange's REST name, such as `XDGUSD`. */
export const marketSubjects = (pair: string) => {
  const root = `market.${pair}`
  return {
    root,
    everything: `${root}.>`,
    price: `${root}.price`,
    clock: `${root}.clock`,
    account: `${root}.account`,
    /** What steers the fold itself, by the service that writes it: nobody else may write there. One token: `governor`. */
    control: (writer: string) => `${root}.control.${writer}`,
    /** The control records of everybody: a filter, not a subject. */
    everyControl: `${root}.control.*`,
    /** Where everybody's control records stood together before shapes version 3. Nothing is written there any more. */
    oldControl: `${root}.control`,
    /** Seals of eras: a compare-and-set chain. */
    seal: `${root}.seal`,
    /** Closed candles of one timeframe, such as `1m`. */
    closedCandle: (timeframe: string) => `${root}.candle.${timeframe}`,
    /** What else the candle ingestor says. */
    candle: `${root}.candle`,
    /** What the market context says of one thing: `today`, `touch-PDH`, `structure-1h`. */
    context: (what: string) => `${root}.context.${what}`,
    /** What the regime advisor says. */
    regime: `${root}.regime`,
    /** One command; each id has its subject, so that it is stored once for ever. */
    command: (id: string) => `${root}.command.${id}`,
    /** Who does what one process alone may do, such as `telegram`. */
    lease: (what: string) => `${root}.lease.${what}`,
    /** What came from outside and did not decode. */
    quarantine: `${root}.quarantine`,
    /** Order facts of one slot, written by the gateway. */
    order: (slot: SlotNumber) => `${root}.order.slot-${slot}`,
    /** Order facts of every slot: a filter, not a subject. */
    everyOrder: `${root}.order.*`,
    /** What one actor decides; a compare-and-set chain of its own. */
    out: (actor: string) => `${root}.out.${actor}`
  } as const
}
/** What `marketSubjects` gives: subjects, filters, and functions that make subjects. */
export type MarketSubjects = ReturnType<typeof marketSubjects>

/** The name of a slot's actor: `slot-3`. */
export const slotActor = (slot: SlotNumber): string => `slot-${slot}`

/** What a subject says of the events that stand on it. */
export interface Standing {
  /** `price`, `order`, `control`, …; for what an actor decides the actor's kind: `slot`, `governor`, `rebalancer`. */
  readonly family: string
  /** The slot that the subject belongs to (`….order.slot-3`, `….out.slot-3`); null for any other. */
  readonly slot: SlotNumber | null
}

/** A subject that was met before, as the text that it was then: maps find that one without looking at its characters. */
export interface KnownSubject {
  readonly subject: string
  readonly standing: Standing
}

/** Subjects remembered, one a place: those of a market of a thousand slots, and some of its commands. A power of two. */
const KNOWN_PLACES = 4_096
const known: Array<KnownSubject | undefined> = Array.from({ length: KNOWN_PLACES })

/** By how it ends, which is where the subjects of a market differ: asked of a map, a text out of a record is looked at whole. */
const placeOf = (subject: string): number => {
  const last = subject.length - 1
  const end = subject.charCodeAt(last) + 31 * (subject.charCodeAt(last - 1) + 31 * subject.charCodeAt(last - 2))
  return (end + 7 * last) & (KNOWN_PLACES - 1)
}

/** The subject and its standing; asked once for each record that is read. */
export const knownSubject = (subject: string): KnownSubject => {
  const place = placeOf(subject)
  const before = known[place]
  if (before?.subject === subject) return before
  const now = { subject, standing: readStanding(subject) }
  known[place] = now
  return now
}

/** Read from `market.<PAIR>.<family>[.<actor>]`; a subject of another form has the empty family. */
export const standingOf = (subject: string): Standing => knownSubject(subject).standing

const readStanding = (subject: string): Standing => {
  const [, , family = "", actor = ""] = subject.split(".")
  const slot = /^slot-(\d+)$/.exec(actor)
  if (family === "out") return slot === null ? { family: actor, slot: null } : { family: "slot", slot: Number(slot[1]) }
  return { family, slot: slot === null || family !== "order" ? null : Number(slot[1]) }
}
