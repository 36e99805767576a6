/** The run behind `npm run chaos`, and in short form behind a test. */
import { startNatsServer } from "../../shared/journal/nats/testing/testServer.ts"
import { type MarketReport, startMarket, type Victim } from "./market.ts"

export interface ChaosOptions {
  /** How often a process is killed or frozen. */
  readonly kills: number
  /** Wall seconds for which one process after the other is stopped where it is, and let go on; 0: they are killed, at random. */
  readonly freezeSec: number
  readonly seed: number
  readonly market: string
  readonly speed: string
  /** `nats`: eight processes, one of them the server. `embedded`: everything in one. */
  readonly journal: "nats" | "embedded"
  /** Empty; holds all data of the run. */
  readonly directory: string
  readonly log: (line: string) => void
}

export interface ChaosReport extends MarketReport {
  readonly kills: number
}

/** A process has loaded its code and listens to signals long before this. */
const ON_ITS_FEET_MS = 3_000

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Numerical Recipes' linear congruential generator: enough to choose victims, the same everywhere. */
const randomFrom = (seed: number) => {
  let state = seed >>> 0
  return (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

export const runChaos = async (options: ChaosOptions): Promise<ChaosReport> => {
  const log = (line: string) => options.log(`chaos: ${line}`)
  const random = randomFrom(options.seed)
  // One process must load and fold before a kill hits anything; of six, five go on.
  const pauseMs = options.journal === "embedded" ? 2_000 : 200
  const nats = options.journal === "nats" ? await startNatsServer() : null
  const market = await startMarket({ ...options, natsUrl: nats?.url ?? null, log })
  const victims: ReadonlyArray<Victim> =
    nats === null
      ? market.processes
      : [
          ...market.processes,
          { name: "nats-server", kill: nats.kill, start: nats.restart, freeze: nats.pause, thaw: nats.resume }
        ]

  const killOne = async (kill: number, victim: Victim): Promise<void> => {
    log(`kill ${kill} of ${options.kills}: ${victim.name}`)
    await victim.kill()
    await pause(random() * 800)
    await victim.start()
    await market.revive()
    // A process that never gets to its feet between two kills proves nothing: now and then all are let run.
    if (kill % 5 === 0) await market.ready()
  }
  const freezeOne = async (freeze: number, victim: Victim): Promise<void> => {
    log(`freeze ${freeze} of ${options.kills}: ${victim.name} for ${options.freezeSec} s`)
    victim.freeze()
    await pause(options.freezeSec * 1_000)
    const shown = await market.ask("/health").then(JSON.stringify, String)
    log(`${victim.name} frozen: ${shown}`)
    victim.thaw()
    const from = performance.now()
    await market.anotherCycle()
    log(`${victim.name} goes on: another cycle after ${Math.round((performance.now() - from) / 100) / 10} s`)
  }
  try {
    await market.ready()
    for (let turn = 1; turn <= options.kills; turn++) {
      await pause(pauseMs + random() * 1_500)
      const drawn = Math.floor(random() * victims.length)
      const victim = victims[options.freezeSec > 0 ? turn % victims.length : drawn]
      if (victim !== undefined) await (options.freezeSec > 0 ? freezeOne : killOne)(turn, victim)
    }
    await market.ready()
    // The last victim may be so young that it does not listen to signals yet: then a stop is not a clean one.
    await pause(ON_ITS_FEET_MS)
    log("coming to rest")
    return { kills: options.kills, ...(await market.audit()) }
  } finally {
    await market.dispose()
    await nats?.dispose()
  }
}
