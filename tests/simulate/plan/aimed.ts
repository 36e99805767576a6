/**
 * Faults that are aimed at the gateway's work: at a request that is on its way, a fill that has just happened, a record that has just been written. Each is a
 * combination that takes two or more things at one moment, and drawn over time alone they would meet once in thousands of seeds.
 */
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import { between, chosen, magnitude, type Random } from "./draw.ts"
import type { Fault, Later } from "./fault.ts"
import type { Kind } from "./kind.ts"
import type { Moment } from "../world/moments.ts"
import type { RequestFate } from "../world/wire.ts"

const aimed = (at: Moment, ...faults: ReadonlyArray<Later>): Later => [0, { kind: "aimed", at, nth: 1, faults }]
/** Nobody hears what the private stream says. */
const deaf = (forMs: number): Fault => ({ kind: "wire", change: { dropped: 1 }, forMs })
const part = (random: Random): Fault => ({
  kind: "trade",
  nth: Math.floor(random() * 100),
  share: between(random, 0.1, 0.7)
})
/** Lists tell how orders stand, perhaps what they came to, and not their fills. Exchange time: within the minute they tell all. */
const lies = (random: Random, speed: number): Fault => {
  const lagMs = magnitude(random, 2_000, 30_000)
  const change = { sumsLagMs: chosen(random, [0, lagMs, lagMs]), fillsLagMs: lagMs }
  return { kind: "wire", change, forMs: between(random, 10_000, 60_000) / speed }
}
const everything: Fault = { kind: "trade", nth: "all", share: 1 }

const PLACING = { on: "request", of: "AddOrder" } as const
const CANCELLING = { on: "request", of: "CancelOrder" } as const
const AMENDING = { on: "request", of: "AmendOrder" } as const

/** What the exchange says although it has placed the order: none of it is a no. */
const UNSURE = ["EGeneral:Internal error", "EService:Unavailable", "EService:Busy", "EAPI:Invalid nonce"] as const

/** What it says when it does nothing for a while. */
const NOT_NOW = [
  "EOrder:Rate limit exceeded",
  "EAPI:Rate limit exceeded",
  "EService:Throttled",
  "EService:Market in cancel_only mode"
] as const

/** An order is placed; its answer does not say so, nor does the stream. */
const unheard = (random: Random, answer: NonNullable<RequestFate["answer"]>): ReadonlyArray<Later> => [
  aimed(PLACING, [0, { kind: "request", fate: { of: "AddOrder", answer } }], [0, deaf(magnitude(random, 500, 30_000))])
]

/** Each by a name that tells people which it is. */
export const AIMED: ReadonlyArray<Kind> = [
  {
    name: "an order's answer is lost, and the stream is silent",
    weight: 3,
    draw: (random) => unheard(random, chosen(random, ["none", "reset"] as const))
  },
  {
    name: "the exchange says that it has failed, has placed the order all the same, and the stream is silent",
    weight: 4,
    draw: (random) => unheard(random, { words: chosen(random, UNSURE) })
  },
  {
    name: "an order comes late, and its connection broke",
    weight: 3,
    draw: (random) => {
      const fate = { of: "AddOrder", lateMs: magnitude(random, 100, 2_000), answer: "reset" } as const
      return [aimed(PLACING, [0, { kind: "request", fate }], [0, deaf(between(random, 1_000, 5_000))])]
    }
  },
  {
    name: "killed as an order is sent",
    weight: 3,
    draw: (random) => {
      const lateMs = chosen(random, [0, magnitude(random, 100, 2_000)])
      return [
        aimed(
          PLACING,
          [0, { kind: "request", fate: { of: "AddOrder", lateMs } }],
          [0, { kind: "crash", services: ["order-gateway"], downMs: magnitude(random, 10, 3_000) }]
        )
      ]
    }
  },
  {
    name: "killed as a fact of an order is written",
    weight: 2,
    draw: (random) => {
      const of = chosen(random, [
        ...(["OrderClaimed", "OrderAccepted", "FillRecorded", "OrderFilled", "OrderCancelled"] as const)
      ])
      const crash: Fault = { kind: "crash", services: ["order-gateway"], downMs: magnitude(random, 10, 10_000) }
      return [aimed({ on: "record", of }, [0, crash])]
    }
  },
  {
    name: "cut or killed as the exchange does something to an order, and has not said so",
    weight: 3,
    draw: (random) => {
      const at = { on: "exchange", of: chosen(random, ["Accepted", "Filled", "Ended"] as const) } as const
      const what = chosen<Fault>(random, [
        { kind: "partition", forMs: magnitude(random, 200, 20_000) },
        { kind: "crash", services: ["order-gateway"], downMs: magnitude(random, 10, 5_000) }
      ])
      return [aimed(at, [0, what])]
    }
  },
  {
    name: "a part that nobody hears of",
    weight: 4,
    draw: (random) => [
      [0, deaf(chosen(random, [20, magnitude(random, 100, 20_000)]))],
      [1, part(random)]
    ]
  },
  {
    name: "taken off or changed, and nobody hears of it",
    weight: 4,
    draw: (random) => {
      const nth = Math.floor(random() * 100)
      const what = chosen(random, [
        { act: "cancel", reason: "Market halted" },
        { act: "change", volumePct: chosen(random, [50, 200]) },
        { act: "change", pricePct: between(random, 99.9, 100.1) }
      ] as const)
      return [
        [0, deaf(chosen(random, [20, magnitude(random, 100, 20_000)]))],
        [1, { kind: "life", life: { _tag: "OneOrder", nth, what } }]
      ]
    }
  },
  {
    name: "traded as it is taken off, and the lists contradict themselves",
    weight: 6,
    draw: (random, { speed }) => {
      const nth = Math.floor(random() * 100)
      return [
        [0, lies(random, speed)],
        // Everything is heard, all but the trade, or nothing.
        [0, deaf(chosen(random, [0, 0, 3, magnitude(random, 500, 10_000)]))],
        [1, { kind: "trade", nth, share: between(random, 0.1, 0.7) }],
        [5, { kind: "life", life: { _tag: "OneOrder", nth, what: { act: "cancel", reason: "halt" } } }]
      ]
    }
  },
  {
    name: "a cancel that is overtaken",
    weight: 3,
    draw: (random, { speed }) => {
      const answer = chosen(random, ["given", "none", "reset"] as const)
      return [
        aimed(
          CANCELLING,
          [0, { kind: "request", fate: { of: "CancelOrder", answer } }],
          [0, deaf(magnitude(random, 20, 5_000))],
          [0, lies(random, speed)],
          [1, { kind: "trade", nth: "all", share: chosen(random, [1, between(random, 0.1, 0.7)]) }]
        )
      ]
    }
  },
  {
    name: "everything trades at once before two gateways that read late",
    weight: 5,
    draw: (random) => {
      const forMs = magnitude(random, 5_000, 40_000)
      const change = { lagMs: magnitude(random, 30, 1_500) }
      const trades = [0.3, 0.5, 0.8].map((at): Later => [forMs * at, chosen(random, [everything, part(random)])])
      return [
        [0, { kind: "twin", service: "order-gateway", forMs }],
        [0, { kind: "journal", change, forMs }],
        [0, { kind: "wire", change: { delayed: 0.5, delayMs: magnitude(random, 20, 500) }, forMs }],
        ...trades
      ]
    }
  },
  {
    name: "a second gateway that dies in its start",
    weight: 2,
    draw: (random) => [[0, { kind: "twin", service: "order-gateway", forMs: magnitude(random, 30, 800) }]]
  },
  {
    name: "a grant that comes after the wish has changed",
    weight: 4,
    draw: (random) => {
      const forMs = magnitude(random, 3_000, 12_000)
      return [
        aimed(
          { on: "record", of: "OrderRequested" },
          [0, { kind: "journal", change: { heldOf: ".out.governor", heldMs: forMs }, forMs: 500 }],
          [20, { kind: "wire", change: { factor: chosen(random, [0.96, 0.98, 1.02, 1.04]) }, forMs }]
        )
      ]
    }
  },
  {
    name: "not now",
    weight: 2,
    draw: (random) => {
      const request = chosen(random, [PLACING, CANCELLING, AMENDING])
      const refused = chosen(random, NOT_NOW)
      return [aimed(request, [0, { kind: "request", fate: { of: request.of, refused } }])]
    }
  },
  {
    name: "others have orders, and an operator asks for what is adrift",
    weight: 2,
    draw: (random) => {
      const order = { side: "buy", price: Price.parse("0.005"), volume: Volume.parse("60") } as const
      return [
        [0, { kind: "life", life: { _tag: "ByHand", what: { act: "place", ...order } } }],
        [magnitude(random, 50, 5_000), { kind: "command", command: { name: "reconcile_drift" } }]
      ]
    }
  },
  {
    name: "a recovery is moved, and the answer is lost",
    weight: 4,
    draw: (random) => {
      const answer = chosen(random, ["given", "none", "reset"] as const)
      const move: Later = [magnitude(random, 20, 3_000), { kind: "command", command: { name: "soft_close_next" } }]
      return [
        aimed({ on: "record", of: "ExitOrphaned" }, move),
        aimed(
          AMENDING,
          [0, { kind: "request", fate: { of: "AmendOrder", answer } }],
          ...chosen(random, [[], [[0, deaf(5_000)] as const], [[1, part(random)] as const]])
        )
      ]
    }
  }
]
