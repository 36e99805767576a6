/**
 * What goes wrong at the moment at which it shows: an operator who pauses while entries are on their way, a power cut right behind a
 * snapshot, a service that dies at its own claim. Drawn over all of a run such things would meet by chance, and chance is rare.
 */
import { Quote } from "../../../shared/core/decimal/decimal.ts"
import { FORGERIES, type Forgery } from "../world/forgeries.ts"
import type { Moment } from "../world/moments.ts"
import { SERVICES } from "../world/services.ts"
import { between, chosen, magnitude, type Random } from "./draw.ts"
import { type Fault, type Later, MAKER_PCT, type Timed } from "./fault.ts"
import { type Kind, type Setting, timed } from "./kind.ts"

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

/** What slots or governor decide upon as soon as they have read it. */
const DECIDED_UPON: ReadonlyArray<Moment> = [
  ENTRY_WANTED,
  ENTRY_GRANTED,
  record("OrderAccepted"),
  record("FillRecorded"),
  record("OrderFilled"),
  record("OrderCancelled"),
  record("CycleBooked")
]

/** Neither the stream says a price, nor an answer. */
const noPrice = (forMs: number): Fault => ({ kind: "wire", change: { silent: true, mute: true }, forMs })
const EVERYTHING_TRADES: Fault = { kind: "trade", nth: "all", share: 1 }

/** Less than any cycle loses; and what no short run does. */
const A_CRUMB = Quote.parse("0.0001")
const A_DOLLAR = Quote.parse("1")
/** So much of what is traded is more than a cycle earns. */
const DEAR_PCT = 1.5

/** So long after midnight an operator lets the market go on. */
const NEXT_DAY_MS = 15_000

/**
 * A day that ends with a loss of more than it may lose: cycles that earn less than they cost, as the exchange takes more, shortly before
 * midnight. None where the run sees no midnight.
 */
export const lastOfDay = (random: Random, setting: Setting): ReadonlyArray<Timed> => {
  const { midnightMs } = setting
  if (midnightMs === null) return []
  const leadMs = Math.min(midnightMs, between(random, 8_000, 20_000))
  const dear = (makerPct: number): Fault => ({ kind: "life", life: { _tag: "Terms", rules: {}, makerPct } })
  const drawn: ReadonlyArray<Later> = [
    [0, { kind: "command", command: { name: "set_daily_loss_limit", limit: A_CRUMB } }],
    [0, { kind: "command", command: { name: "resume" } }],
    ...[0.2, 0.3].map((at): Later => [leadMs * at, EVERYTHING_TRADES]),
    [leadMs * 0.4, dear(DEAR_PCT)],
    ...[0.45, 0.6, 0.7, 0.8, 0.9].map((at): Later => [leadMs * at, EVERYTHING_TRADES]),
    [leadMs * 0.95, dear(MAKER_PCT)],
    [leadMs + NEXT_DAY_MS, { kind: "command", command: { name: "set_daily_loss_limit", limit: A_DOLLAR } }],
    [leadMs + NEXT_DAY_MS, { kind: "command", command: { name: "resume" } }]
  ]
  return timed(drawn, Math.floor(midnightMs - leadMs), setting)
}

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
    weight: 8,
    // A disk that is slow: what is read, decided upon and saved in a snapshot is not safe yet when the power goes. Whoever starts
    // again finds other records where the snapshot's stood.
    draw: (random) => {
      const stopMs = magnitude(random, 5, 200)
      const powerMs = stopMs + magnitude(random, 5, 200)
      const starts = [0, 1, 2].map((): Later => [
        powerMs + magnitude(random, 100, 8_000),
        { kind: "crash", services: [...SERVICES], downMs: 20 }
      ])
      const lost: Fault = {
        ...{ kind: "aimed", at: chosen(random, DECIDED_UPON), nth: magnitude(random, 1, 4) },
        faults: [
          [stopMs, { kind: "stop", service: "all", downMs: 3_000 }],
          [powerMs, { kind: "power", downMs: 20 }],
          ...starts
        ]
      }
      return [
        [0, { kind: "journal", change: { slowMs: between(random, 400, 1_500) }, forMs: 30_000 }],
        [0, lost]
      ]
    }
  },
  {
    name: "a decision that nobody takes",
    weight: 8,
    // The journal is away as soon as it has told what is to be decided upon, and for no longer than that takes.
    draw: (random) => [
      [
        0,
        when(chosen(random, DECIDED_UPON), magnitude(random, 1, 6), {
          kind: "away",
          forMs: magnitude(random, 20, 3_000)
        })
      ]
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
    name: "trade on an old price",
    weight: 6,
    // The market trades with what stands, and nobody hears a price: who would enter again does not know where.
    draw: (random, { speed }) => {
      const forMs = between(random, 280_000, 500_000) / speed
      return [
        [0, noPrice(forMs)],
        ...[0.4, 0.46, 0.52, 0.58, 0.64, 0.7, 0.76, 0.82, 0.88, 0.94].map((at): Later => [
          forMs * at,
          EVERYTHING_TRADES
        ])
      ]
    }
  },
  {
    name: "a pause within a pause",
    weight: 8,
    // An operator has paused; what else pauses the market begins and passes meanwhile.
    draw: (random, { speed }) => {
      const forMs = between(random, 75_000, 140_000) / speed
      return [
        [0, noPrice(forMs)],
        [forMs * chosen(random, [0, 0.5, 0.95]), { kind: "command", command: { name: "pause", note: "by hand" } }],
        [forMs + between(random, 30_000, 120_000) / speed, { kind: "command", command: { name: "resume" } }]
      ]
    }
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
