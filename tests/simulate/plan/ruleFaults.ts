/**
 * What goes wrong at the moment at which it shows: an operator who pauses while entries are on their way, a power cut right behind a
 * snapshot, a service that dies at its own claim. Drawn over all of a run such things would meet by chance, and chance is rare.
 */
import { FORGERIES, type Forgery } from "../world/forgeries.ts"
import type { Moment } from "../world/moments.ts"
import { between, chosen, magnitude, type Random } from "./draw.ts"
import type { Fault, Later } from "./fault.ts"
import type { Kind, Setting } from "./kind.ts"

/** What a moment kills has written its record by then. */
const JUST_AFTER_MS = 0.001

/** What an operator asks for stands just before the record of the moment; all else comes just after. */
const when = (at: Moment, nth: number, fault: Fault): Fault => ({
  ...{ kind: "aimed", at, nth },
  faults: [[fault.kind === "command" ? 0 : JUST_AFTER_MS, fault]]
})

const record = (of: Extract<Moment, { readonly on: "record" }>["of"], holding = ""): Moment => ({
  on: "record",
  of,
  holding
})
const ENTRY_WANTED = record("OrderRequested", '"role":"entry"')
const ENTRY_GRANTED = record("EntryGranted")
const CANCEL_WANTED = record("CancelRequested")

const forgeries = Object.keys(FORGERIES) as ReadonlyArray<Forgery>

/** An operator pauses, and resumes so much later. */
const pausing = (random: Random, moment: Moment): ReadonlyArray<Later> => [
  [0, when(moment, magnitude(random, 1, 6), { kind: "command", command: { name: "pause", note: "now" } })],
  [magnitude(random, 2_000, 30_000), { kind: "command", command: { name: "resume" } }]
]

/** What dies or breaks at a moment of its own work. */
const breaking = (random: Random): Fault =>
  chosen<() => Fault>(random, [
    () => ({ kind: "power", downMs: magnitude(random, 10, 3_000) }),
    () => ({ kind: "crash", services: ["order-gateway"], downMs: magnitude(random, 10, 5_000) }),
    () => ({ kind: "crash", services: ["slot-actor"], downMs: magnitude(random, 10, 5_000) }),
    () => ({ kind: "crash", services: ["governor"], downMs: magnitude(random, 10, 5_000) }),
    () => ({ kind: "partition", forMs: magnitude(random, 500, 20_000) }),
    () => ({ kind: "away", forMs: magnitude(random, 200, 10_000) }),
    () => ({ kind: "reconnect" })
  ])()

const AT: ReadonlyArray<Moment> = [
  ENTRY_WANTED,
  ENTRY_GRANTED,
  CANCEL_WANTED,
  record("OrderClaimed"),
  record("FillRecorded"),
  record("OrderFilled"),
  // A cycle has lost.
  record("CycleBooked", '"net":"-'),
  record("ModeChanged", '"mode":"PAUSED"'),
  // A service starts.
  record("EpochRaised")
]

/** Kinds of faults that are aimed at what slots, governor, feed and journal have to keep. */
export const RULE_FAULTS: ReadonlyArray<Kind> = [
  {
    name: "pause at the door",
    weight: 6,
    draw: (random) => pausing(random, chosen(random, [ENTRY_WANTED, record("EntryDeferred"), ENTRY_GRANTED]))
  },
  {
    name: "broken at work",
    weight: 6,
    draw: (random) => [[0, when(chosen(random, AT), magnitude(random, 1, 12), breaking(random))]]
  },
  {
    name: "wick",
    weight: 5,
    // The market touches a price for a moment: what was to be taken off there is filled before it is.
    draw: (random) => {
      const pct = between(random, 0.3, 6) * (random() < 0.5 ? -1 : 1)
      const nth = magnitude(random, 1, 4)
      return [[0, when(CANCEL_WANTED, nth, { kind: "wick", pct })]]
    }
  },
  {
    name: "lock and start",
    weight: 2,
    // What the lock is must not depend on who remembers it.
    draw: (random) => [
      [
        0,
        when(record("LossLockChanged", '"locked":true'), 1, {
          kind: "crash",
          services: ["governor"],
          downMs: magnitude(random, 10, 2_000)
        })
      ]
    ]
  },
  {
    name: "snapshots",
    weight: 4,
    // Stopped, everybody saves; what they then find is not what they have saved.
    draw: (random) => [
      [0, { kind: "stop", service: "all", downMs: 200 }],
      [6_000, { kind: "stop", service: "all", downMs: 2_000 }],
      [7_500, { kind: "snapshots", are: chosen(random, ["lost", "damaged", "exchanged", "exchanged", "misplaced"]) }]
    ]
  },
  {
    name: "saved and lost",
    weight: 4,
    // A disk that is slow: what is read, decided upon and saved in a snapshot is not safe yet when the power goes.
    draw: (random) => [
      [0, { kind: "journal", change: { slowMs: between(random, 400, 1_500) }, forMs: 6_000 }],
      [3_000, { kind: "stop", service: "all", downMs: 3_000 }],
      [3_000 + magnitude(random, 5, 300), { kind: "power", downMs: 20 }]
    ]
  },
  {
    name: "dead air",
    weight: 4,
    // Neither the stream nor an answer: for longer than a price may be old.
    draw: (random, { speed }: Setting) => [
      [0, { kind: "wire", change: { silent: true, lostReply: 1 }, forMs: between(random, 130_000, 400_000) / speed }]
    ]
  },
  {
    name: "forged",
    weight: 6,
    draw: (random) => [
      [0, { kind: "forged", record: chosen(random, forgeries), excludedAfterMs: magnitude(random, 500, 20_000) }],
      // Whoever starts behind it has to know that it was passed over.
      [25_000, { kind: "crash", services: ["slot-actor", "governor"], downMs: 50 }]
    ]
  }
]
