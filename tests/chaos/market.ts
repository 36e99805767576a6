/** A market in processes of its own on any journal, and the audit that it must pass once it has come to rest. */
import { join } from "node:path"
import { Effect, type Layer, Stream } from "effect"
import { decidingActors } from "../../app/leaves/journal.ts"
import { ActorFold } from "../../shared/actor/fold.ts"
import { FoldSet } from "../../shared/actor/foldSet.ts"
import { sha256 } from "../../shared/actor/hash.ts"
import { restoreFold } from "../../shared/actor/snapshots.ts"
import { type Verification, verifyJournal } from "../../shared/actor/verify.ts"
import { decodeRecord, type StoredRecord } from "../../shared/events/envelope.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { NatsJournal } from "../../shared/journal/nats/nats.ts"
import { Journal, type SnapshotStore } from "../../shared/journal/port.ts"
import { auditAlways, auditAtRest, type Books, fetchBooks } from "../testing/audit.ts"
import { freePort } from "../../shared/testing/freePort.ts"
import { type Kennel, startKennel, until } from "../testing/processes.ts"

/** What market, and where its journal is. */
export interface MarketOptions {
  readonly seed: number
  readonly market: string
  readonly speed: string
  /** `NATS_URL`: seven processes meet there. Null: everything in one, on an embedded journal. */
  readonly natsUrl: string | null
  /** More settings for every process. */
  readonly settings?: Readonly<Record<string, string>>
  /** Empty; holds all data of the run. */
  readonly directory: string
  readonly log: (line: string) => void
}

/** What the audit found. */
export interface MarketReport {
  readonly orders: number
  readonly fills: number
  readonly cycles: number
  readonly events: number
  readonly problems: ReadonlyArray<string>
}

/** What is read of `/api/status`. */
export interface StatusReport {
  readonly total_round_trips: number
  readonly orders: { readonly sending: number; readonly unknown: number }
}

/** A process that can be killed and started again, or frozen and let go on. */
export interface Victim {
  readonly name: string
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
  readonly freeze: () => void
  readonly thaw: () => void
}

/** A market that runs. */
export interface RunningMarket {
  readonly processes: ReadonlyArray<Victim>
  /** Who had ended by itself and was started again, as compose does, each time with its last line. */
  readonly revived: ReadonlyArray<string>
  readonly revive: () => Promise<void>
  /** Null: the page answers, but is not ready. */
  readonly ask: (path: string) => Promise<StatusReport | null>
  /** The status, once the market is ready to trade. */
  readonly ready: () => Promise<StatusReport>
  /** Returns once more cycles are complete than there are now. */
  readonly anotherCycle: () => Promise<void>
  /** Comes to rest, stops everything and audits. */
  readonly audit: () => Promise<MarketReport>
  readonly dispose: () => Promise<void>
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

/** Starts all of it. The caller disposes of it. */
export const startMarket = async (options: MarketOptions): Promise<RunningMarket> => {
  const { log, natsUrl } = options
  const pagePort = await freePort()
  const exchangePort = await freePort()
  const env = {
    DATA_DIR: options.directory,
    PORT: String(pagePort),
    SIM_PORT: String(exchangePort),
    SIM_ADMIN: "true",
    MARKET: options.market,
    SPEED: options.speed,
    SEED: String(options.seed),
    ...(natsUrl === null ? {} : { NATS_URL: natsUrl }),
    ...options.settings
  }
  const running = new Map<string, Kennel>()
  const start = async (name: string): Promise<void> => {
    running.set(name, startKennel(name === "up" ? ["up"] : ["service", name], env))
  }
  const processes: ReadonlyArray<Victim> = (natsUrl === null ? ["up"] : SERVICES).map((name) => ({
    name,
    kill: async () => {
      await running.get(name)?.end("SIGKILL")
    },
    start: () => start(name),
    freeze: () => void running.get(name)?.child.kill("SIGSTOP"),
    thaw: () => void running.get(name)?.child.kill("SIGCONT")
  }))
  const outputs = () => [...running].map(([name, kennel]) => `--- ${name}\n${kennel.output().slice(-2_000)}`).join("\n")
  const revived: Array<string> = []
  const revive = async (): Promise<void> => {
    for (const [name, kennel] of running) {
      if (kennel.child.exitCode === null && kennel.child.signalCode === null) continue
      const line = `${name} had ended by itself (${kennel.output().trim().split("\n").at(-1) ?? ""})`
      log(`${line}, started again`)
      revived.push(line)
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
  for (const process of processes) await process.start()
  return {
    processes,
    revived,
    revive,
    ask,
    ready,
    anotherCycle: async () => {
      const before = (await ready()).total_round_trips
      await until("another cycle", async () => ((await trips()) > before ? true : null), 120, outputs)
    },
    audit: () => audit(options, exchangePort, running),
    dispose: async () => {
      await Promise.all([...running.values()].map((kennel) => kennel.end("SIGKILL")))
    }
  }
}

const journalOf = ({ natsUrl, directory }: MarketOptions): Layer.Layer<Journal | SnapshotStore, unknown> =>
  natsUrl === null
    ? EmbeddedJournal.layerReadOnly({ directory: join(directory, "journal") })
    : NatsJournal.layer({ url: natsUrl, stream: "KENNEL_XDGUSD", subjects: [subjects.everything], create: false })

/** The market goes on while the audit reads, so journal and books are compared until one pair of readings agrees. */
const audit = async (
  options: MarketOptions,
  exchangePort: number,
  running: ReadonlyMap<string, Kennel>
): Promise<MarketReport> => {
  const journal = journalOf(options)
  // Without new prices no slot decides anything new; fills still come, and end.
  if (options.natsUrl !== null) await running.get("market-feed")?.end("SIGTERM")
  let problems: ReadonlyArray<string> = ["never compared"]
  let books: Books | null = null
  let records: ReadonlyArray<StoredRecord> = []
  await until(
    "journal and books agree",
    async () => {
      books = await fetchBooks(`http://127.0.0.1:${exchangePort}`)
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

const NOTHING_SKIPPED: ReadonlySet<string> = new Set()

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
    const hosted = new FoldSet([fold], NOTHING_SKIPPED)
    yield* Stream.runForEach(journal.read({ from: snapshotSeq + 1, filter: subjects.everything }), (record) =>
      Effect.sync(() => hosted.take([record]))
    )
    const hash = sha256(fold.encode())
    const whole = verification.actors.find(({ name }) => name === fold.actor.name)?.stateHash
    if (hash !== whole)
      differences.push(`${actor.name}: state from snapshot ${snapshotSeq} is not the state from the beginning`)
  }
  return { verification, differences }
})
