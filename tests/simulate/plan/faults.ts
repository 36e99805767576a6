/** What goes wrong: kinds with their weights, drawn anew for each seed. Some seeds have a few faults, some have many. */
import { drawLife } from "../../../app/inProcess/lifeIncidents.ts"
import { COMMANDS } from "../../../app/inProcess/incidents.ts"
import type { Life } from "../../../app/inProcess/life.ts"
import { SERVICES, type ServiceName } from "../world/services.ts"
import { between, chosen, magnitude, type Random, weighed } from "./draw.ts"
import { drawAimed } from "./aimed.ts"
import type { Fault, Later, Timed } from "./fault.ts"
import type { Kind, Setting } from "./kind.ts"
import { RULE_FAULTS } from "./ruleFaults.ts"

const one = (fault: Fault): ReadonlyArray<Later> => [[0, fault]]
const service = (random: Random): ServiceName => chosen(random, SERVICES)
const spell = (random: Random): number => magnitude(random, 1_000, 40_000)

/** What loses a reply mostly loses the stream too: then nobody hears of the order. */
const deaf = (random: Random) => ({ dropped: chosen(random, [0, 1, 1]) })

/** Every kind, each by a name that tells people which it is. */
export const KINDS: ReadonlyArray<Kind> = [
  {
    name: "crash",
    weight: 8,
    draw: (random) => one({ kind: "crash", services: [service(random)], downMs: magnitude(random, 10, 10_000) })
  },
  {
    name: "crash of all",
    weight: 3,
    draw: (random) => one({ kind: "crash", services: [...SERVICES], downMs: magnitude(random, 10, 20_000) })
  },
  {
    name: "crash loop",
    weight: 1,
    draw: (random) => {
      const services = [service(random)]
      return [0, 1, 2, 3].map((n) => [n * 400 + random() * 300, { kind: "crash", services, downMs: 20 }] as const)
    }
  },
  {
    name: "stop",
    weight: 4,
    draw: (random) => one({ kind: "stop", service: service(random), downMs: magnitude(random, 10, 10_000) })
  },
  { name: "power", weight: 4, draw: (random) => one({ kind: "power", downMs: magnitude(random, 10, 20_000) }) },
  {
    name: "stall",
    weight: 4,
    draw: (random) => one({ kind: "stall", service: service(random), forMs: spell(random) })
  },
  {
    name: "twin",
    weight: 4,
    draw: (random) => {
      const deciding = chosen(random, ["slot-actor", "governor", "rebalancer", "order-gateway"] as const)
      return one({ kind: "twin", service: deciding, forMs: magnitude(random, 1_000, 60_000) })
    }
  },
  { name: "partition", weight: 4, draw: (random) => one({ kind: "partition", forMs: magnitude(random, 500, 40_000) }) },
  { name: "reconnect", weight: 3, draw: () => one({ kind: "reconnect" }) },
  {
    name: "lost requests",
    weight: 4,
    draw: (random) =>
      one({ kind: "wire", change: { lostRequest: between(random, 0.1, 0.7), ...deaf(random) }, forMs: spell(random) })
  },
  {
    name: "lost replies",
    weight: 5,
    draw: (random) =>
      one({ kind: "wire", change: { lostReply: between(random, 0.1, 0.7), ...deaf(random) }, forMs: spell(random) })
  },
  {
    name: "late requests",
    weight: 4,
    draw: (random) => {
      const change = { late: between(random, 0.1, 0.7), lateMs: magnitude(random, 100, 12_000), ...deaf(random) }
      return one({ kind: "wire", change, forMs: spell(random) })
    }
  },
  {
    name: "slow wire",
    weight: 3,
    draw: (random) => one({ kind: "wire", change: { slowMs: magnitude(random, 50, 3_000) }, forMs: spell(random) })
  },
  {
    name: "executions",
    weight: 7,
    draw: (random) => {
      const change = {
        dropped: chosen(random, [0, 0.1, 0.5, 1]),
        repeated: chosen(random, [0, 0.3, 1]),
        delayed: chosen(random, [0, 0.5, 1]),
        delayMs: magnitude(random, 20, 5_000)
      }
      return one({ kind: "wire", change, forMs: spell(random) })
    }
  },
  {
    name: "lists behind",
    weight: 4,
    draw: (random, { speed }) => {
      // Exchange time: fills by a minute at most, orders and balances by some seconds.
      const change = { fillsLagMs: magnitude(random, 500, 55_000), listsLagMs: magnitude(random, 100, 4_000) }
      return one({ kind: "wire", change, forMs: Math.max(spell(random), 20_000 / speed) })
    }
  },
  {
    name: "silence",
    weight: 3,
    draw: (random) => one({ kind: "wire", change: { silent: true }, forMs: spell(random) })
  },
  {
    name: "bad prices",
    weight: 3,
    draw: (random) => {
      const factor = chosen(random, [0.01, 0.1, 0.93, 1.07, 10, 100])
      return one({ kind: "wire", change: { factor }, forMs: magnitude(random, 50, 5_000) })
    }
  },
  {
    name: "exchange's clock",
    weight: 1,
    draw: (random) => {
      const byMs = magnitude(random, 1_000, 7_200_000) * (random() < 0.5 ? -1 : 1)
      return one({ kind: "wire", change: { clockLieMs: byMs }, forMs: magnitude(random, 100, 8_000) })
    }
  },
  {
    name: "machine's clock",
    weight: 2,
    draw: (random) => {
      const whose = random() < 0.3 ? "journal" : service(random)
      const byMs = magnitude(random, 100, 86_400_000) * (random() < 0.5 ? -1 : 1)
      return one({ kind: "clock", service: whose, byMs })
    }
  },
  { name: "journal away", weight: 3, draw: (random) => one({ kind: "away", forMs: magnitude(random, 200, 60_000) }) },
  {
    name: "journal's answers",
    weight: 5,
    draw: (random) => {
      const change = {
        lostBefore: chosen(random, [0, 0.02, 0.2]),
        lostAfter: chosen(random, [0, 0.02, 0.2]),
        lagMs: chosen(random, [0, 5, 300])
      }
      return one({ kind: "journal", change, forMs: spell(random) })
    }
  },
  {
    name: "life",
    weight: 14,
    draw: (random, { speed }) => {
      const drawn = drawLife(random, { minVolume: MIN_VOLUME, priceDecimals: 6, volumeDecimals: 8 }, MAKER_PCT)
      return drawn.flatMap(([afterMin, life]) =>
        faultsOf(life).map((fault) => [(afterMin * 60_000) / speed, fault] as const)
      )
    }
  },
  {
    name: "operator",
    weight: 8,
    draw: (random, { slots }) => one({ kind: "command", command: drawCommand(random, slots) })
  },
  ...RULE_FAULTS
]

const MIN_VOLUME = 200_000_000n as Parameters<typeof drawLife>[1]["minVolume"]
const MAKER_PCT = 0.25

/** What of the exchange's life is the wire's here. */
const faultsOf = (life: Life): ReadonlyArray<Fault> => {
  switch (life._tag) {
    case "Deaf":
      return [{ kind: "wire", change: { dropped: 1 }, forMs: 3_000 }]
    case "Misled":
      return [{ kind: "wire", change: { fillsLagMs: 50_000, listsLagMs: 4_000 }, forMs: 3_000 }]
    case "Compare":
      return []
    default:
      return [{ kind: "life", life }]
  }
}

const drawCommand = (random: Random, slots: number) => {
  const command = chosen(random, [
    ...COMMANDS,
    { name: "resume" },
    { name: "remove_slot", slot: 1 + Math.floor(random() * (slots + 1)) },
    { name: "soft_close", slot: 1 + Math.floor(random() * slots), recoveryId: 1 + Math.floor(random() * 3) },
    { name: "reconcile_drift" },
    { name: "audit_pnl" }
  ] as const)
  return command
}

/** How many kinds of faults a seed has (the others are off), and how many faults of them. */
const SWARM = { kinds: [2, 14], perMinute: [1.5, 20] } as const
/** Terms are put right and holes closed before the end: whatever is still to come then comes never. */
const LAST = 0.97

/** The faults of a seed, in order of time. The operator resumes now and then whatever the mode. */
export const drawFaults = (random: Random, setting: Setting): ReadonlyArray<Timed> => {
  const { lengthMs } = setting
  const on = Math.round(magnitude(random, SWARM.kinds[0], SWARM.kinds[1]))
  const kinds = Array.from({ length: on }, () =>
    weighed(
      random,
      KINDS.map((kind) => [kind.weight, kind] as const)
    )
  )
  const rate = magnitude(random, SWARM.perMinute[0] * 10, SWARM.perMinute[1] * 10) / 10
  const count = random() < 0.03 ? 0 : Math.max(1, Math.round((lengthMs / 60_000) * rate))
  const all: Array<Timed> = []
  for (let n = 0; n < count; n++) {
    const atMs = Math.floor(random() * lengthMs * LAST)
    const weights = kinds.map((kind) => [kind.weight, kind] as const)
    for (const [afterMs, fault] of weighed(random, weights).draw(random, setting)) {
      if (atMs + afterMs < lengthMs) all.push({ atMs: atMs + Math.round(afterMs), fault })
    }
  }
  all.push(...drawAimed(random, setting, LAST))
  const resumes = Math.max(1, Math.round(lengthMs / 90_000))
  for (let n = 1; n <= resumes; n++)
    all.push({
      atMs: Math.round((lengthMs * n) / (resumes + 1)),
      fault: { kind: "command", command: { name: "resume" } }
    })
  return all.toSorted((a, b) => a.atMs - b.atMs)
}
