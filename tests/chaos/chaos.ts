/** The run behind `npm run chaos`, and in short form behind a test. */
import { join } from "node:path"
import { Effect, Stream } from "effect"
import { decidingActors } from "../../app/leaves/journal.ts"
import { ActorFold } from "../../shared/actor/fold.ts"
import { sha256 } from "../../shared/actor/hash.ts"
import { restoreFold } from "../../shared/actor/snapshots.ts"
import { type Verification, verifyJournal } from "../../shared/actor/verify.ts"
import { decodeRecord, type StoredRecord } from "../../shared/events/envelope.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { NatsJournal } from "../../shared/journal/nats/nats.ts"
import { type NatsServer, startNatsServer } from "../../shared/journal/nats/testing/testServer.ts"
import { Journal, type SnapshotStore } from "../../shared/journal/port.ts"
import { auditAlways, auditAtRest, type Books, fetchBooks } from "../testing/audit.ts"
import { freePort } from "../../shared/testing/freePort.ts"
import { type Kennel, startKennel, until } from "../testing/processes.ts"

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

export interface ChaosReport {
  readonly kills: number
  readonly orders: number
  readonly fills: number
  readonly cycles: number
  readonly events: number
  readonly problems: ReadonlyArray<string>
}

const SERVICES = [
  "exchange-sim",
  "slot-actor",
  "governor",
  "rebalancer",
  "order-gateway",
  "market-feed",
  "control-plane"
] as const
const subjects = marketSubjects("XDGUSD")

/** Longer than a page of a busy machine takes. */
const PATIENCE_MS = 5_000

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

/** A process that can be killed and started again, or frozen and let go on. */
interface Victim {
  readonly name: string
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
  readonly freeze: () => void
  readonly thaw: () => void
}

export const runChaos = async (options: ChaosOptions): Promise<ChaosReport> => {
  const { log } = options
  const random = randomFrom(options.seed)
  // One process must load and fold before a kill hits anything; of six, five go on.
  const pauseMs = options.journal === "embedded" ? 2_000 : 200
  const pagePort = await freePort()
  const exchangePort = await freePort()
  const nats = options.journal === "nats" ? await startNatsServer() : null
  const env = {
    DATA_DIR: options.directory,
    PORT: String(pagePort),
    SIM_PORT: String(exchangePort),
    SIM_ADMIN: "true",
    MARKET: options.market,
    SPEED: options.speed,
    SEED: String(options.seed),
    ...(nats === null ? {} : { NATS_URL: nats.url })
  }
  const running = new Map<string, Kennel>()
  const start = async (name: string): Promise<void> => {
    running.set(name, startKennel(name === "up" ? ["up"] : ["service", name], env))
  }
  const kennels: ReadonlyArray<Victim> = (nats === null ? ["up"] : SERVICES).map((name) => ({
    name,
    kill: async () => {
      await running.get(name)?.end("SIGKILL")
    },
    start: () => start(name),
    freeze: () => void running.get(name)?.child.kill("SIGSTOP"),
    thaw: () => void running.get(name)?.child.kill("SIGCONT")
  }))
  const victims: ReadonlyArray<Victim> =
    nats === null
      ? kennels
      : [
          ...kennels,
          { name: "nats-server", kill: nats.kill, start: nats.restart, freeze: nats.pause, thaw: nats.resume }
        ]
  const outputs = () => [...running].map(([name, kennel]) => `--- ${name}\n${kennel.output().slice(-2_000)}`).join("\n")

  /** What compose does for a service that gave up: it comes back. */
  const revive = async (): Promise<void> => {
    for (const [name, kennel] of running) {
      if (kennel.child.exitCode === null && kennel.child.signalCode === null) continue
      log(`chaos: ${name} had ended by itself (${kennel.output().trim().split("\n").at(-1) ?? ""}), started again`)
      await start(name)
    }
  }
  const ask = async (path: string): Promise<StatusReport | null> => {
    // A frozen page takes the connection and never answers.
    const response = await fetch(`http://127.0.0.1:${pagePort}${path}`, { signal: AbortSignal.timeout(PATIENCE_MS) })
    return response.ok ? ((await response.json()) as StatusReport) : null
  }
  const trips = async (): Promise<number> => {
    await revive()
    return (await ask("/api/status"))?.total_round_trips ?? 0
  }
  const ready = () =>
    until(
      "ready",
      async () => {
        await revive()
        return (await ask("/ready")) === null ? null : ask("/api/status")
      },
      120,
      outputs
    )

  try {
    for (const victim of kennels) await victim.start()
    await ready()
    const killOne = async (kill: number, victim: Victim): Promise<void> => {
      log(`chaos: kill ${kill} of ${options.kills}: ${victim.name}`)
      await victim.kill()
      await pause(random() * 800)
      await victim.start()
      await revive()
      // A process that never gets to its feet between two kills proves nothing: now and then all are let run.
      if (kill % 5 === 0) await ready()
    }
    const freezeOne = async (freeze: number, victim: Victim): Promise<void> => {
      log(`chaos: freeze ${freeze} of ${options.kills}: ${victim.name} for ${options.freezeSec} s`)
      victim.freeze()
      await pause(options.freezeSec * 1_000)
      const shown = await ask("/health").then(JSON.stringify, String)
      log(`chaos: ${victim.name} frozen: ${shown}`)
      victim.thaw()
      const from = performance.now()
      const before = (await ready()).total_round_trips
      await until("another cycle", async () => ((await trips()) > before ? true : null), 120, outputs)
      log(`chaos: ${victim.name} goes on: another cycle after ${Math.round((performance.now() - from) / 100) / 10} s`)
    }
    for (let turn = 1; turn <= options.kills; turn++) {
      await pause(pauseMs + random() * 1_500)
      const drawn = Math.floor(random() * victims.length)
      const victim = victims[options.freezeSec > 0 ? turn % victims.length : drawn]
      if (victim !== undefined) await (options.freezeSec > 0 ? freezeOne : killOne)(turn, victim)
    }
    await ready()
    // The last victim may be so young that it does not listen to signals yet: then a stop is not a clean one.
    await pause(ON_ITS_FEET_MS)
    log("chaos: coming to rest")
    return await audit(options, { nats, exchangePort, running, ask, outputs })
  } finally {
    await Promise.all([...running.values()].map((kennel) => kennel.end("SIGKILL")))
    await nats?.dispose()
  }
}

/** What the audit reads of `/api/status`. */
interface StatusReport {
  readonly total_round_trips: number
  readonly orders: { readonly sending: number; readonly unknown: number }
}

interface Rest {
  readonly nats: NatsServer | null
  readonly exchangePort: number
  readonly running: ReadonlyMap<string, Kennel>
  readonly ask: (path: string) => Promise<StatusReport | null>
  readonly outputs: () => string
}

/** The market goes on while the audit reads, so journal and books are compared until one pair of readings agrees. */
const audit = async (options: ChaosOptions, rest: Rest): Promise<ChaosReport> => {
  const { nats, running } = rest
  const journal =
    nats === null
      ? EmbeddedJournal.layerReadOnly({ directory: join(options.directory, "journal") })
      : NatsJournal.layer({ url: nats.url, stream: "KENNEL_XDGUSD", subjects: [subjects.everything], create: false })
  // Without new prices no slot decides anything new; fills still come, and end.
  if (nats !== null) await running.get("market-feed")?.end("SIGTERM")
  let problems: ReadonlyArray<string> = ["never compared"]
  let books: Books | null = null
  let records: ReadonlyArray<StoredRecord> = []
  await until(
    "journal and books agree",
    async () => {
      books = await fetchBooks(`http://127.0.0.1:${rest.exchangePort}`)
      records = await Effect.runPromise(readAll.pipe(Effect.provide(journal)))
      problems = auditAtRest(books, records)
      return problems.length === 0 ? true : null
    },
    60,
    () => problems.join("\n")
  ).catch(() => undefined)
  for (const name of ["order-gateway", "control-plane", "slot-actor", "governor", "rebalancer", "exchange-sim", "up"]) {
    const code = await running.get(name)?.end("SIGTERM")
    if (code !== undefined && code !== 0) problems = [...problems, `${name} did not stop cleanly: exit code ${code}`]
  }
  const proof = await Effect.runPromise(prove.pipe(Effect.provide(journal)))
  const lastBooks = books as Books | null
  return {
    kills: options.kills,
    orders: lastBooks?.orders.length ?? 0,
    fills: lastBooks?.trades.length ?? 0,
    cycles: records.flatMap(({ events }) => events).filter((event) => event._tag === "CycleBooked").length,
    events: proof.verification.events,
    problems: [
      ...problems,
      ...(lastBooks === null ? [] : auditAlways(lastBooks, records)),
      ...proof.verification.divergences,
      ...proof.differences
    ]
  }
}

const readAll = Effect.flatMap(Journal, (journal) =>
  Stream.runCollect(Stream.map(journal.read({ from: 1, filter: subjects.everything }), decodeRecord))
)

/** Folds the journal twice, from its beginning and from the snapshots, and compares the states. */
const prove: Effect.Effect<
  { readonly verification: Verification; readonly differences: ReadonlyArray<string> },
  unknown,
  Journal | SnapshotStore
> = Effect.gen(function* () {
  const journal = yield* Journal
  const actors = yield* decidingActors(subjects)
  const verification = yield* verifyJournal({ subjects, actors })
  const differences: Array<string> = []
  for (const actor of actors) {
    const fold = new ActorFold(actor, subjects)
    yield* restoreFold(fold)
    const snapshotSeq = fold.seq
    if (snapshotSeq === 0) differences.push(`${actor.name} left no snapshot`)
    yield* Stream.runForEach(journal.read({ from: snapshotSeq + 1, filter: subjects.everything }), (record) =>
      Effect.sync(() => fold.apply(decodeRecord(record), record.data))
    )
    const hash = sha256(fold.encode())
    const whole = verification.actors.find(({ name }) => name === fold.actor.name)?.stateHash
    if (hash !== whole)
      differences.push(`${actor.name}: state from snapshot ${snapshotSeq} is not the state from the beginning`)
  }
  return { verification, differences }
})
