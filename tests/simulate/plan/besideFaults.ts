/** What goes wrong with the services beside those that decide, and with the store that some of them write. */
import { FORGERIES, type Forgery } from "../world/forgeries.ts"
import type { ServiceName } from "../world/services.ts"
import { between, chosen, magnitude, type Random } from "./draw.ts"
import type { Fault, Later } from "./fault.ts"
import type { Kind, Setting } from "./kind.ts"

const FORGED = Object.keys(FORGERIES) as ReadonlyArray<Forgery>

const spell = (random: Random): number => magnitude(random, 1_000, 40_000)

/** A fault of one of those that run; nothing where none does. */
const ofOne =
  (fault: (service: ServiceName, random: Random) => Fault) =>
  (random: Random, { beside }: Setting): ReadonlyArray<Later> =>
    beside.length === 0 ? [] : [[0, fault(chosen(random, beside), random)]]

/** Each by a name that tells people which it is. */
export const BESIDE_FAULTS: ReadonlyArray<Kind> = [
  {
    name: "crash beside",
    weight: 8,
    draw: ofOne((service, random) => ({
      ...{ kind: "crash", services: [service] },
      downMs: magnitude(random, 10, 10_000)
    }))
  },
  {
    name: "stop beside",
    weight: 4,
    draw: ofOne((service, random) => ({ kind: "stop", service, downMs: magnitude(random, 10, 10_000) }))
  },
  {
    name: "stall beside",
    weight: 3,
    draw: ofOne((service, random) => ({ kind: "stall", service, forMs: spell(random) }))
  },
  {
    name: "twin beside",
    weight: 4,
    draw: ofOne((service, random) => ({ kind: "twin", service, forMs: magnitude(random, 1_000, 60_000) }))
  },
  {
    name: "stopped behind what nobody can read",
    weight: 4,
    // What they leave for the next start then is of a place that nobody else has come to.
    draw: (random, { beside }) => {
      const excludedAfterMs = magnitude(random, 5_000, 20_000)
      const atMs = between(random, 0.5, 0.9) * excludedAfterMs
      const stops = beside.map((service): Later => [atMs, { kind: "stop", service, downMs: 100 }])
      return [[0, { kind: "forged", record: chosen(random, FORGED), excludedAfterMs }], ...stops]
    }
  },
  {
    name: "power behind a slow disk",
    weight: 2,
    // What has been read, and copied, is gone.
    draw: (random) => {
      const forMs = magnitude(random, 3_000, 20_000)
      const slowMs = magnitude(random, 1_000, 30_000)
      return [
        [0, { kind: "journal", change: { slowMs }, forMs }],
        [between(random, 0.3, 0.9) * forMs, { kind: "power", downMs: magnitude(random, 10, 5_000) }]
      ]
    }
  },
  {
    name: "bad candles",
    weight: 5,
    draw: (random) => {
      const change = {
        broken: chosen(random, [0, 0, 0.3, 1]),
        garbled: chosen(random, [0, 0.2, 0.8]),
        refused: chosen(random, [null, null, "EGeneral:Too many requests", "EService:Unavailable"])
      }
      return [[0, { kind: "candles", change, forMs: spell(random) }]]
    }
  },
  {
    name: "store away",
    weight: 4,
    draw: (random) => [[0, { kind: "storeAway", forMs: magnitude(random, 200, 60_000) }]]
  },
  {
    name: "store's answers",
    weight: 6,
    draw: (random) => {
      const change = {
        lostBefore: chosen(random, [0, 0.05, 0.4]),
        lostAfter: chosen(random, [0, 0.05, 0.4]),
        slowMs: chosen(random, [0, 100, 3_000])
      }
      return [[0, { kind: "store", change, forMs: spell(random) }]]
    }
  }
]
