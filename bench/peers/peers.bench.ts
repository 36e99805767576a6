/**
 * The work of other event stores beside ours, in one run: ten thousand events recovered, one appended and in the live state before the next,
 * a million folded. Everybody has the same events and the same reducer (`work.ts`), and every result is compared. Needs the peers:
 * `npm ci --prefix bench/peers`; without them nothing is measured, and a line says so.
 *
 * It does not make equals of them: emmett and xstate hold everything in memory and lose it with the process, while our journals and the bare
 * ones answer once a record is with the disk or the server; and ours check every record they read. Events go one to a record.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect } from "@nats-io/transport-node"
import { Context, Effect, Exit, Layer, References, Scope, Stream } from "effect"
import { ActorFold } from "../../shared/actor/fold.ts"
import { FoldSet } from "../../shared/actor/foldSet.ts"
import { type MarketSubjects, marketSubjects, standingOf } from "../../shared/core/ids/subjects.ts"
import type { StoredRecord } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { NatsJournal } from "../../shared/journal/nats/nats.ts"
import { natsServerFound, startNatsServer } from "../../shared/journal/nats/testing/testServer.ts"
import { Journal, type JournalRecord } from "../../shared/journal/port.ts"
import { subjectsByTag } from "../baselines/subjectOf.ts"
import { type BenchResult, type BenchSize, type Cost, figuresOf, perSecond, stopwatch } from "../result.ts"
import { bytesOf, rawDisk, rawNats } from "./bare.ts"
import { type Contender, emmett, type Filled, type Opened, xstate } from "./others.ts"
import { evolve, lifeOf, NOTHING, type Tally, tallyActor, textOf } from "./work.ts"

const MARKET = marketSubjects("BENCH")

const sizes = (quick: boolean) =>
  quick
    ? { recovered: 500, appended: 5, folded: 5_000, rounds: 1 }
    : { recovered: 10_000, appended: 300, folded: 1_000_000, rounds: 5 }

const installed = (): boolean => existsSync(join(import.meta.dirname, "node_modules/xstate"))

/** A fold of ours over the whole journal. */
const folded = (journal: Journal["Service"], subjects: MarketSubjects) =>
  Effect.gen(function* () {
    const fold = new ActorFold(tallyActor, subjects)
    const hosted = new FoldSet([fold], new Set())
    yield* Stream.runForEachArray(journal.read({ from: 1 }), (records) => Effect.sync(() => hosted.take(records)))
    return { fold, hosted }
  })

/** A journal of ours that holds these events. It is opened anew for each look, so that what is recovered comes from the disk or the server. */
const ours = async (
  subjects: MarketSubjects,
  layer: Layer.Layer<Journal, unknown>,
  events: ReadonlyArray<MarketEvent>
): Promise<Filled> => {
  const subjectOf = subjectsByTag(subjects)
  const entryOf = (event: MarketEvent, n: number) => ({
    subject: subjectOf(event),
    id: `life.${n}`,
    data: bytesOf(subjectOf(event), event, n)
  })
  const opened = async (): Promise<Opened & { readonly fill: () => Promise<unknown> }> => {
    const scope = Effect.runSync(Scope.make())
    const context = await Effect.runPromise(Layer.build(Layer.fresh(layer)).pipe(Scope.provide(scope), quietly))
    const journal = Context.get(context, Journal)
    return {
      fill: () => Effect.runPromise(journal.appendAll(events.map(entryOf))),
      recover: () => Effect.runPromise(Effect.map(folded(journal, subjects), ({ fold }) => fold.state)),
      appendEach: (more) =>
        Effect.runPromise(
          Effect.gen(function* () {
            const { fold, hosted } = yield* folded(journal, subjects)
            for (const [n, event] of more.entries()) {
              const entry = entryOf(event, events.length + n)
              const { seq } = yield* journal.append(entry)
              hosted.take([{ ...entry, seq, storedMs: 0 }])
            }
            return fold.state
          })
        ),
      close: () => Effect.runPromise(Scope.close(scope, Exit.void))
    }
  }
  const filling = await opened()
  await filling.fill()
  await filling.close()
  return { opened }
}

const quietly = Effect.provideService(References.MinimumLogLevel, "Error")

/** What one contender's work took. */
interface Measured {
  readonly name: string
  readonly recovery: ReadonlyArray<Cost>
  readonly appending: ReadonlyArray<Cost>
}

/**
 * Costs of recovering, and of appending one by one; throws where a result is another. All recover in turns: several go through the same
 * client and the same reducer, and whoever comes first must not pay for what is compiled then. The first round warms up.
 */
const measured = async (
  contenders: ReadonlyArray<Contender>,
  size: ReturnType<typeof sizes>
): Promise<ReadonlyArray<Measured>> => {
  const life = lifeOf(size.recovered + size.appended)
  const [before, more] = [life.slice(0, size.recovered), life.slice(size.recovered)]
  const all: Array<
    Measured & { readonly filled: Filled; readonly recovery: Array<Cost>; readonly appending: Array<Cost> }
  > = []
  for (const contender of contenders) {
    all.push({ name: contender.name, filled: await contender.filled(before), recovery: [], appending: [] })
  }
  for (let n = 0; n <= size.rounds; n++) {
    for (const { name, filled, recovery } of all) {
      const opened = await filled.opened()
      const took = stopwatch()
      const recovered = await opened.recover()
      const cost = took()
      await opened.close()
      expectSame(name, recovered, before)
      if (n > 0) recovery.push(cost)
    }
  }
  for (const [at, contender] of contenders.entries()) {
    const empty = await (await contender.filled([])).opened()
    const took = stopwatch()
    expectSame(contender.name, await empty.appendEach(more), more)
    all[at]?.appending.push(took())
    await empty.close()
  }
  return all
}

const expectSame = (name: string, got: Tally, events: ReadonlyArray<MarketEvent>): void => {
  const expected = textOf(events.reduce(evolve, NOTHING))
  if (textOf(got) !== expected) throw new Error(`peers: ${name} gives ${textOf(got)} instead of ${expected}`)
}

/** A million events, in memory: what each library's own fold takes. */
const foldedInMemory = async (size: ReturnType<typeof sizes>): Promise<ReadonlyArray<BenchResult>> => {
  const life = lifeOf(size.folded)
  const subjectOf = subjectsByTag(MARKET)
  const stored: ReadonlyArray<readonly [StoredRecord, JournalRecord]> = life.map((event, n) => {
    const record = { seq: n + 1, subject: subjectOf(event), id: `life.${n}`, data: NO_BYTES, storedMs: 0 }
    const envelope = { epoch: 1, timeMs: 1_700_000_000_000 + n, writer: "bench", cause: null, events: [event] } as const
    return [{ ...envelope, ...standingOf(record.subject), ...record, writtenIn: 3 }, record]
  })
  const fold = (): Promise<Tally> => {
    const mine = new ActorFold(tallyActor, MARKET)
    for (const [record, { data }] of stored) mine.apply(record, data)
    return Promise.resolve(mine.state)
  }
  const peers = await Promise.all([emmett(), xstate()])
  const cases = [
    { name: "ours", recover: fold },
    { name: "a plain loop", recover: () => Promise.resolve(life.reduce(evolve, NOTHING)) },
    ...(await Promise.all(
      peers.map(async (peer) => ({ name: peer.name, recover: (await (await peer.filled(life)).opened()).recover }))
    ))
  ]
  const costs = cases.map(() => [] as Array<Cost>)
  for (let n = 0; n <= Math.min(3, size.rounds); n++) {
    for (const [at, { name, recover }] of cases.entries()) {
      const took = stopwatch()
      const state = await recover()
      const cost = took()
      if (n === 0) expectSame(name, state, life)
      else costs[at]?.push(cost)
    }
  }
  const rate = (at: number) => figuresOf(costs[at] ?? [], perSecond(life.length))
  return cases.slice(1).map(({ name }, at) => ({
    name: `${life.length.toLocaleString("en")} events folded through ActorFold`,
    unit: "events/s",
    ...rate(0),
    baseline: { name, ...rate(at + 1) }
  }))
}

const NO_BYTES = new Uint8Array(0)

/** Each of ours beside each of the others. */
const beside = (
  mine: ReadonlyArray<Measured>,
  others: ReadonlyArray<Measured>,
  { recovered, appended }: ReturnType<typeof sizes>
): ReadonlyArray<BenchResult> =>
  mine.flatMap(({ name, recovery, appending }) =>
    others.flatMap((its) => [
      {
        name: `${recovered.toLocaleString("en")} events recovered, ${name}`,
        unit: "ms",
        ...figuresOf(recovery),
        baseline: { name: its.name, ...figuresOf(its.recovery) }
      },
      {
        name: `one event appended and folded, ${name}`,
        unit: "µs",
        ...figuresOf(appending, (ms) => (ms * 1_000) / appended),
        baseline: { name: its.name, ...figuresOf(its.appending, (ms) => (ms * 1_000) / appended) }
      }
    ])
  )

/** All of it; nothing where the peers are not installed. */
export const peersBench = async ({ quick }: BenchSize): Promise<ReadonlyArray<BenchResult>> => {
  if (!installed()) {
    process.stderr.write("bench: peers: not installed, so not measured: npm ci --prefix bench/peers\n")
    return []
  }
  const size = sizes(quick)
  const root = mkdtempSync(join(tmpdir(), "kennel-peers-"))
  const server = natsServerFound() ? await startNatsServer() : null
  const connection = server === null ? null : await connect({ servers: server.url, noAsyncTraces: true })
  try {
    let made = 0
    const embedded: Contender = {
      name: "embedded journal",
      filled: (events) => {
        const directory = join(root, String(made++))
        return ours(MARKET, EmbeddedJournal.layer({ directory }), events)
      }
    }
    const natsJournal = (url: string): Contender => ({
      name: "NATS journal",
      filled: (events) => {
        // Streams of one server cannot hold the same subjects.
        const stream = `PEERS${made++}`
        const subjects = marketSubjects(stream)
        return ours(subjects, NatsJournal.layer({ url, stream, subjects: [subjects.everything] }), events)
      }
    })
    const mine = [embedded, ...(server === null ? [] : [natsJournal(server.url)])]
    const others = [await emmett(), await xstate(), rawDisk(), ...(connection === null ? [] : [rawNats(connection)])]
    const all = await measured([...mine, ...others], size)
    return [...beside(all.slice(0, mine.length), all.slice(mine.length), size), ...(await foldedInMemory(size))]
  } finally {
    await connection?.close()
    await server?.dispose()
    rmSync(root, { recursive: true, force: true })
  }
}
