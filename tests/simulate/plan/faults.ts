/** What goes wrong at any time: kinds with their weights; and all that a seed draws, of these and of those that are aimed. */
import { drawLife } from "../../../app/inProcess/lifeIncidents.ts"
import { COMMANDS } from "../../../app/inProcess/incidents.ts"
import type { Life } from "../../../app/inProcess/life.ts"
import { SERVICES, type ServiceName } from "../world/services.ts"
import { hash2, randomNumbers } from "../../../shared/core/random.ts"
import { between, chosen, magnitude, type Random } from "./draw.ts"
import { AIMED } from "./aimed.ts"
import { type Fault, type Later, MAKER_PCT, type Timed } from "./fault.ts"
import { drawLast, drawSwarm, type Kind, type Setting, type Swarm } from "./kind.ts"
import { lastOfDay, RULE_FAULTS } from "./ruleFaults.ts"
import { BESIDE_FAULTS } from "./besideFaults.ts"
import { OUTAGES, SPELLS } from "./spells.ts"

const one = (fault: Fault): ReadonlyArray<Later> => [[0, fault]]
const service = (random: Random): ServiceName => chosen(random, SERVICES)
const spell = (random: Random): number => magnitude(random, 1_000, 40_000)

/** What loses a reply mostly loses the stream too: then nobody hears of the order. */
const deaf = (random: Random) => ({ dropped: chosen(random, [0, 1, 1]) })

/** Each by a name that tells people which it is. */
const KINDS: ReadonlyArray<Kind> = [
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
  }
]

const MIN_VOLUME = 200_000_000n as Parameters<typeof drawLife>[1]["minVolume"]

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

/** The random numbers of faults beside, behind those of every other list. */
const BESIDE_NUMBERS = 50

/** What a seed has of each; each is drawn by itself, so that what is added to one leaves the others as they were. */
const SWARMS: ReadonlyArray<Swarm> = [
  { kinds: KINDS, share: 0.97, atOnce: [2, 14], perMinute: [1.5, 20] },
  { kinds: AIMED, share: 0.7, atOnce: [3, 6], perMinute: [3, 12] },
  { kinds: RULE_FAULTS, share: 0.8, atOnce: [3, 6], perMinute: [2, 8] }
]
/** Drawn behind all others, so that seeds mean of those what they meant. */
const LATER_SWARMS: ReadonlyArray<Swarm> = [
  { kinds: SPELLS, share: 0.4, atOnce: [1, 2], perMinute: [0.5, 2] },
  { kinds: OUTAGES, share: 0.3, atOnce: [1, 1], perMinute: [0.5, 3] }
]
/** Where there are services beside those that decide: last of all. */
const BESIDE: Swarm = { kinds: BESIDE_FAULTS, share: 0.9, atOnce: [2, 6], perMinute: [2, 12] }
/** Of the seeds that see a midnight so many see it behind a loss; and so many of all end with one fault that is aimed. */
const DAY_ENDS = 0.8
const ENDS_BROKEN = 0.5

/** The faults of a seed, in order of time. The operator resumes now and then whatever the mode. */
export const drawFaults = (seed: number, setting: Setting): ReadonlyArray<Timed> => {
  const { lengthMs } = setting
  const randomOf = (nth: number): Random => randomNumbers(hash2(seed, 100 + nth))
  const all = SWARMS.flatMap((swarm, nth) => drawSwarm(randomOf(nth), setting, swarm))
  for (const [nth, swarm] of LATER_SWARMS.entries())
    all.push(...drawSwarm(randomOf(SWARMS.length + 2 + nth), setting, swarm))
  if (setting.beside.length > 0) all.push(...drawSwarm(randomOf(BESIDE_NUMBERS), setting, BESIDE))
  const resumes = Math.max(1, Math.round(lengthMs / 90_000))
  for (let n = 1; n <= resumes; n++)
    all.push({
      atMs: Math.round((lengthMs * n) / (resumes + 1)),
      fault: { kind: "command", command: { name: "resume" } }
    })
  const [ofDay, ofEnd] = [randomOf(SWARMS.length), randomOf(SWARMS.length + 1)]
  const day = ofDay() < DAY_ENDS ? lastOfDay(ofDay, setting) : []
  const last = ofEnd() < ENDS_BROKEN ? drawLast(ofEnd, setting, [...AIMED, ...RULE_FAULTS]) : []
  // Nothing else goes wrong where a day ends so, nor behind the last.
  const [firstOfDay, lastOf] = [day[0]?.atMs ?? lengthMs, day.at(-1)?.atMs ?? lengthMs]
  const endMs = last[0]?.atMs ?? lengthMs
  return [...all.filter(({ atMs }) => atMs < firstOfDay || atMs > lastOf), ...day]
    .filter(({ atMs }) => atMs < endMs)
    .concat(last)
    .toSorted((a, b) => a.atMs - b.atMs)
}
