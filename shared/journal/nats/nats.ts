/**
 * The journal in a JetStream stream: one stream per market, so that many processes share it.
 *
 * Durability is the server's: a nats-server acknowledges before the disk has the record unless `sync_interval: always`
 * is set (2.10 and later; 2.9 writes to disk within a minute, unchangeable). A killed server loses nothing; a power cut
 * may lose what was not yet on disk, which this adapter notices at the reconnect and answers by refusing to write.
 */
import { jetstream, jetstreamManager } from "@nats-io/jetstream"
import type { NatsConnection } from "@nats-io/nats-core"
import { Context, Effect, Layer, type Scope } from "effect"
import { DEFAULT_DUPLICATE_WINDOW_MS } from "../duplicateWindow.ts"
import { MAX_DATA_BYTES } from "../entry.ts"
import { Journal, JournalCorrupt, JournalDropRefused, JournalOpenError, SnapshotStore } from "../port.ts"
import { makeAckWindow } from "./ackWindow.ts"
import { type ConnectOptions, connectTo } from "./connection.ts"
import { lostRecords, makeLink } from "./link.ts"
import { makeLookup } from "./lookup.ts"
import { makePublisher } from "./publisher.ts"
import { makeReader } from "./reader.ts"
import { openSnapshots } from "./snapshots.ts"
import { openStream } from "./streamConfig.ts"

/** Which stream on which server, and how it is created when it is missing. */
export interface NatsJournalOptions extends ConnectOptions {
  /** Such as `KENNEL_XDGUSD`. Its snapshots live in the bucket `<stream>_snapshots`. */
  readonly stream: string
  /** Patterns of the stream's subjects, such as `market.XDGUSD.>`. */
  readonly subjects: ReadonlyArray<string>
  /** Default 600,000 ms; the server takes no less than 100. */
  readonly duplicateWindowMs?: number
  /** Most bytes the server stores; beyond it appends are refused as full. Default: no limit. */
  readonly maxBytes?: number
  /** Whether a missing stream is created. Default true. */
  readonly create?: boolean
}

/** Room for subject and headers beside the data. */
export const HEADER_ROOM_BYTES = 4_096

/**
 * What a journal's stream allows (`deny_purge`, `deny_delete`, `discard: new`) leaves no way to drop a prefix that could
 * not also drop a record appended meanwhile; see `README.md`, "Dropping the beginning".
 */
const NO_DROPPING =
  "a nats-server cannot do it without putting newer records at risk while others append, so nothing was changed; an operator can, with all processes of the market stopped, as shared/journal/README.md says step by step"

/** What an operator must know about this server, said once. */
const sayDurability = (connection: NatsConnection, where: string) => {
  const version = connection.info?.version ?? "unknown"
  return version.startsWith("2.9.")
    ? Effect.logWarning(
        `${where}: nats-server ${version}, single node, fsync every 60 s: reduced durability guarantee, a power cut may lose acknowledged records`
      )
    : Effect.logInfo(
        `${where}: nats-server ${version}; with its sync_interval set to always, acknowledged records survive a power cut`
      )
}

/** Whose snapshots this connection keeps: its user's. */
const ownerOf = ({ credentials }: NatsJournalOptions): string =>
  credentials !== undefined && "user" in credentials ? credentials.user : "anyone"

const openJournal = Effect.fnUntraced(function* (
  options: NatsJournalOptions
): Effect.fn.Return<Context.Context<Journal | SnapshotStore>, JournalOpenError | JournalCorrupt, Scope.Scope> {
  const { url, stream, subjects } = options
  const where = `${url} stream ${stream}`
  const connection = yield* connectTo(options)
  const refuse = (detail: string) => new JournalOpenError({ where, detail })

  const maxPayload = connection.info?.max_payload ?? 0
  if (maxPayload < MAX_DATA_BYTES + HEADER_ROOM_BYTES) {
    return yield* refuse(
      `the server's max_payload is ${maxPayload}, the journal needs ${MAX_DATA_BYTES + HEADER_ROOM_BYTES}; raise it`
    )
  }
  const manager = yield* Effect.tryPromise({
    try: () => jetstreamManager(connection),
    catch: (error) =>
      refuse(`JetStream does not answer (${String(error)}); start the server with JetStream (nats-server -js)`)
  })
  const info = yield* openStream(manager, url, {
    stream,
    subjects,
    duplicateWindowMs: options.duplicateWindowMs ?? DEFAULT_DUPLICATE_WINDOW_MS,
    maxBytes: options.maxBytes ?? -1,
    create: options.create ?? true
  })
  const lost = lostRecords(info)
  if (lost !== null) {
    return yield* new JournalCorrupt({ where, detail: `${lost}; keep the server's data and restore it from a copy` })
  }
  yield* sayDurability(connection, where)

  const link = yield* makeLink(connection, manager, where, info)
  const lookup = makeLookup(manager, link, where, stream)
  const window = yield* makeAckWindow(connection, link)
  const snapshots = yield* openSnapshots(
    jetstream(connection),
    manager,
    link,
    where,
    `${stream}_snapshots`,
    ownerOf(options)
  )
  const journal = Journal.of({
    where,
    get: lookup.get,
    last: lookup.last,
    head: lookup.head,
    first: lookup.first,
    dropBefore: () => Effect.fail(new JournalDropRefused({ where, detail: NO_DROPPING })),
    ...makePublisher({ window, link, lookup, subjects }),
    ...makeReader({ connection, manager, link, lookup, where, stream, subjects })
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
