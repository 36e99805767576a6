/**
 * The journal in a JetStream stream: one stream per market, so that many processes share it.
 *
 * Durability is the server's: a nats-server acknowledges before the disk has the record unless `sync_interval: always`
 * is set (2.10 and later; 2.9 writes to disk within a minute, unchangeable). A killed server loses nothing; a power cut
 * may lose what was not yet on disk, which this adapter notices at the reconnect and answers by refusing to write.
 */
import { jetstreamManager } from "@nats-io/jetstream"
import type { NatsConnection } from "@nats-io/nats-core"
import { Context, Effect, Layer, Schedule, type Scope } from "effect"
import { DEFAULT_DUPLICATE_WINDOW_MS } from "../order/duplicateWindow.ts"
import { MAX_DATA_BYTES } from "../entry.ts"
import { Journal, JournalCorrupt, JournalOpenError, SnapshotStore } from "../port.ts"
import { makeAckWindow } from "./ackWindow.ts"
import { makeDropBefore, SERVER_FILE_BYTES } from "./beginning/dropping.ts"
import { beginningBucket, makeNote } from "./beginning/note.ts"
import { OPENING_TIMEOUT_MS, patientlyAsking } from "./cluster/leader.ts"
import {
  type Greeting,
  replicaProblem,
  type ReplicaProblem,
  replicasToTry,
  type ReplicasWanted
} from "./cluster/replicas.ts"
import { type CompressionFinding, compressionFinding, packsSafely } from "./stream/compression.ts"
import { type ConnectOptions, connectTo, DEFAULT_CONNECT_TIMEOUT_MS } from "./connection.ts"
import { type Link, lostRecords, makeLink } from "./link.ts"
import { type Lookup, makeLookup } from "./lookup.ts"
import { makePublisher } from "./publisher.ts"
import { makeReader } from "./reader.ts"
import { openSnapshots, snapshotsOf } from "./snapshots.ts"
import { openStream } from "./stream/streamConfig.ts"

/** Which stream on which server, and how it is created when it is missing. */
export interface NatsJournalOptions extends ConnectOptions {
  /** Such as `KENNEL_XDGUSD`. Its snapshots live in the bucket `<stream>_snapshots`, where it begins in `<stream>_beginning`. */
  readonly stream: string
  /** Patterns of the stream's subjects, such as `market.XDGUSD.>`. */
  readonly subjects: ReadonlyArray<string>
  /** Default 600,000 ms; the server takes no less than 100. */
  readonly duplicateWindowMs?: number
  /** Most bytes the server stores; beyond it appends are refused as full. Default: no limit. */
  readonly maxBytes?: number
  /** Whether a missing stream is created. Default true. */
  readonly create?: boolean
  /** Bytes before its beginning that a drop leaves on the server, see `beginning/dropping.ts`. Default 8 MiB; tests drop less. */
  readonly dropMarginBytes?: number
  /** On how many servers a new stream and its snapshots are kept. Default `auto`. */
  readonly replicas?: ReplicasWanted
}

/** Room for subject and headers beside the data. */
export const HEADER_ROOM_BYTES = 4_096

/** What an operator must know about this server and its copies, said once. */
const sayDurability = (
  { version }: Greeting,
  where: string,
  problem: ReplicaProblem | null,
  compression: CompressionFinding | null
) => {
  const durability = version.startsWith("2.9.")
    ? Effect.logWarning(
        `${where}: nats-server ${version}, fsync every 60 s: reduced durability guarantee, a power cut may lose acknowledged records`
      )
    : Effect.logInfo(
        `${where}: nats-server ${version}; with its sync_interval set to always, acknowledged records survive a power cut`
      )
  const replicas = problem === null ? Effect.void : Effect.logWarning(`${problem.finding}; ${problem.advice}`)
  const log = compression?.risk === true ? Effect.logWarning : Effect.logInfo
  const packing =
    compression === null
      ? Effect.void
      : log(`${where}: ${[compression.finding, compression.advice].filter((part) => part !== null).join("; ")}`)
  return Effect.all([durability, replicas, packing], { discard: true })
}

/** Whose snapshots this connection keeps: its user's. */
const ownerOf = ({ credentials }: NatsJournalOptions): string =>
  credentials !== undefined && "user" in credentials ? credentials.user : "anyone"

/** The stream's manager on a connection that can carry a journal's records. */
const openManager = Effect.fnUntraced(function* (connection: NatsConnection, where: string, patienceMs: number) {
  const refuse = (detail: string) => new JournalOpenError({ where, detail })
  const maxPayload = connection.info?.max_payload ?? 0
  if (maxPayload < MAX_DATA_BYTES + HEADER_ROOM_BYTES) {
    return yield* refuse(
      `the server's max_payload is ${maxPayload}, the journal needs ${MAX_DATA_BYTES + HEADER_ROOM_BYTES}; raise it`
    )
  }
  return yield* patientlyAsking(() => jetstreamManager(connection, { timeout: OPENING_TIMEOUT_MS }), patienceMs).pipe(
    Effect.mapError((error) =>
      refuse(`JetStream does not answer (${String(error)}); start the server with JetStream (nats-server -js)`)
    )
  )
})

/** Between two looks for the beginning while a cluster elects a leader, and how often: ten seconds. */
const LOOK_PAUSE = "200 millis"
const MAX_LOOKS = 50

/** A journal whose beginning nobody can tell is not opened: a user without the right to read the note would believe all is there. */
const knowBeginning = (lookup: Lookup, link: Link, where: string, stream: string) =>
  lookup.extent.pipe(
    Effect.retry({
      while: ({ _tag }) => _tag === "JournalUnavailable" && link.state().kind === "down",
      schedule: Schedule.spaced(LOOK_PAUSE),
      times: MAX_LOOKS
    }),
    Effect.mapError((error) => {
      if (error._tag === "JournalCorrupt") return error
      const right = `$JS.API.STREAM.MSG.GET.KV_${beginningBucket(stream)}`
      const advice = /permission/i.test(error.message) ? `; let this user publish on ${right}, as nats.conf does` : ""
      return new JournalOpenError({ where, detail: `${error.message}${advice}` })
    })
  )

const openJournal = Effect.fnUntraced(function* (
  options: NatsJournalOptions
): Effect.fn.Return<Context.Context<Journal | SnapshotStore>, JournalOpenError | JournalCorrupt, Scope.Scope> {
  const { url, stream, subjects, duplicateWindowMs = DEFAULT_DUPLICATE_WINDOW_MS } = options
  const where = `${url} stream ${stream}`
  const connection = yield* connectTo(options)
  const patienceMs = options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS
  const opening = yield* openManager(connection, where, patienceMs)
  const greeting: Greeting = connection.info ?? { version: "unknown" }
  const wanted = options.replicas ?? "auto"
  const opened = yield* openStream(opening, url, {
    stream,
    subjects,
    duplicateWindowMs,
    maxBytes: options.maxBytes ?? -1,
    create: options.create ?? true,
    replicas: replicasToTry(greeting, wanted),
    packed: packsSafely(greeting.version),
    patienceMs
  })
  const lost = lostRecords(opened)
  if (lost !== null) {
    return yield* new JournalCorrupt({ where, detail: `${lost}; keep the server's data and restore it from a copy` })
  }
  const { num_replicas: replicas, compression } = opened.config
  const problem = replicaProblem(greeting, wanted, stream, replicas)
  yield* sayDurability(greeting, where, problem, compressionFinding(greeting.version, stream, compression))

  const manager = yield* Effect.promise(() => jetstreamManager(connection, { checkAPI: false }))
  const link = yield* makeLink(connection, manager, where, opened)
  const note = makeNote(manager, link, where, stream)
  const lookup = makeLookup({ manager, link, note, where, stream })
  yield* knowBeginning(lookup, link, where, stream)
  const window = yield* makeAckWindow(connection, link)
  const { bucket } = snapshotsOf(stream)
  const snapshots = yield* openSnapshots({
    connection,
    manager,
    link,
    where,
    bucket,
    replicas,
    owner: ownerOf(options)
  })
  const { stored, ...reads } = makeReader({ connection, manager, link, lookup, where, stream, subjects })
  const marginBytes = options.dropMarginBytes ?? SERVER_FILE_BYTES
  const journal = Journal.of({
    where,
    get: lookup.get,
    last: lookup.last,
    head: lookup.head,
    first: lookup.first,
    ...makePublisher({ window, link, lookup, note, subjects, replicated: replicas > 1 }),
    ...reads,
    dropBefore: makeDropBefore({
      connection,
      manager,
      link,
      lookup,
      where,
      opened,
      marginBytes,
      duplicateWindowMs,
      stored
    })
  })
  return Context.make(Journal, journal).pipe(Context.add(SnapshotStore, snapshots))
})

/** The journal that several processes and machines share. */
export const NatsJournal = {
  /**
   * The journal and the snapshots on a server.
   * Fails with `JournalOpenError` when no server answers in time, it turns the connection away, has no JetStream, or
   * holds a stream of this name with other settings; with `JournalCorrupt` when it reports lost records.
   */
  layer: (options: NatsJournalOptions): Layer.Layer<Journal | SnapshotStore, JournalOpenError | JournalCorrupt> =>
    Layer.effectContext(openJournal(options))
}
