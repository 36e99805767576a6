/** Snapshots in a key-value bucket: the actor is the key, the bucket's history keeps the last few. Works on nats-server 2.9. */
import {
  jetstream,
  JetStreamApiError,
  type JetStreamManager,
  type MsgRequest,
  type StreamConfig
} from "@nats-io/jetstream"
import { Kvm } from "@nats-io/kv"
import type { NatsConnection } from "@nats-io/nats-core"
import { type Context, Effect } from "effect"
import { JournalOpenError, JournalUnavailable, type Snapshot, SnapshotStore } from "../port.ts"
import { checkActor, decodeSnapshot, encodeSnapshot, KEPT_SNAPSHOTS } from "../snapshotText.ts"
import { OPENING_TIMEOUT_MS, patientlyAsking } from "./cluster/leader.ts"
import type { Link } from "./link.ts"
import { STREAM_NOT_FOUND, unasked } from "./stream/streamConfig.ts"
import { messageOf } from "../../core/messageOf.ts"

/** Where the snapshots of a journal's stream stand: the bucket's name, and that of the stream under it. */
export const snapshotsOf = (stream: string): { readonly bucket: string; readonly stream: string } => ({
  bucket: `${stream}_snapshots`,
  stream: `KV_${stream}_snapshots`
})

/** The stream beside it has just answered: a bucket without a leader is choosing one, which takes a few seconds. */
const OPEN_PATIENCE_MS = 10_000

/** A snapshot may be large, and a disk slow: the client's own default. */
const TIMEOUT_MS = 5_000

/** Every server since 2.9 knows this question; the client's type does not. */
const nextOf = (subject: string, seq: number) => ({ seq, next_by_subj: subject }) as MsgRequest

/**
 * What is kept under a key, oldest first. Asked one by one: a consumer could be told to deliver anywhere in the bucket's account, so
 * nobody has the right to make one there.
 */
const historyOf = async (manager: JetStreamManager, bucket: string, key: string): Promise<ReadonlyArray<string>> => {
  const texts: Array<string> = []
  let seq = 1
  // Writers may put newer ones meanwhile; what was there at the beginning has been read by then.
  while (texts.length < 2 * KEPT_SNAPSHOTS) {
    const message = await manager.streams.getMessage(`KV_${bucket}`, nextOf(`$KV.${bucket}.${key}`, seq))
    if (message === null) break
    texts.push(message.string())
    seq = message.seq + 1
  }
  return texts
}

/**
 * Snapshots on the shelf of whoever keeps them: each user reads what it wrote itself, so that nobody hands another a state. What was
 * sealed is on a shelf for all; readers hold it to the seal.
 */
const keyOf = (owner: string, actor: string): string => `${actor.startsWith("sealed-") ? "sealed" : owner}.${actor}`

/**
 * The stream under the bucket, made where it is missing. Not by the client's `create`: that lets every publisher clear the whole bucket
 * with one message (`Nats-Rollup: all`), other users' snapshots and what was sealed.
 */
const madeStream = async (
  manager: JetStreamManager,
  { bucket, replicas }: Pick<SnapshotsOptions, "bucket" | "replicas">
): Promise<Partial<StreamConfig>> => {
  const name = `KV_${bucket}`
  const found = async (): Promise<Partial<StreamConfig> | null> => {
    try {
      return (await manager.streams.info(name)).config
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) return null
      throw error
    }
  }
  const known = await found()
  if (known !== null) return known
  const wanted = {
    name,
    subjects: [`$KV.${bucket}.>`],
    storage: "file",
    retention: "limits",
    discard: "new",
    max_msgs_per_subject: KEPT_SNAPSHOTS,
    deny_delete: true,
    allow_direct: false,
    allow_rollup_hdrs: false,
    num_replicas: replicas
  } satisfies Partial<StreamConfig>
  try {
    return (await manager.streams.add(wanted)).config
  } catch (error) {
    // Somebody else was faster.
    const made = await found()
    if (made === null) throw error
    return made
  }
}

/** What snapshots work with. */
export interface SnapshotsOptions {
  readonly connection: NatsConnection
  readonly manager: JetStreamManager
  readonly link: Link
  readonly where: string
  readonly bucket: string
  /** On how many servers a bucket that is missing is made. */
  readonly replicas: number
  /** Whose shelf it is. */
  readonly owner: string
}

/** Of a bucket that an earlier build has made, and that nobody may change over the network. */
const clearedByAll = (bucket: string): string =>
  `any user can clear the bucket ${bucket} (allow_rollup_hdrs): take that away with the server's own tools (docs/operations.md, "NATS")`

/** The bucket, made where it is missing. Fails with `JournalOpenError` when it cannot be had. */
export const openSnapshots = Effect.fnUntraced(function* (
  options: SnapshotsOptions
): Effect.fn.Return<Context.Service.Shape<typeof SnapshotStore>, JournalOpenError> {
  const { connection, manager, link, where, bucket: bucketName, owner } = options
  const make = (timeout: number) =>
    patientlyAsking(async () => {
      const stream = await madeStream(manager, options)
      const bucket = await new Kvm(jetstream(connection, { timeout })).create(bucketName, { history: KEPT_SNAPSHOTS })
      return { bucket, stream }
    }, OPEN_PATIENCE_MS)
  // What makes it is impatient; what works with it is not.
  const { bucket, stream } = yield* make(OPENING_TIMEOUT_MS).pipe(
    Effect.andThen(make(TIMEOUT_MS)),
    Effect.mapError((error) => {
      const detail = `the bucket ${bucketName} for snapshots cannot be opened: ${messageOf(error)}`
      return new JournalOpenError({ where, detail })
    })
  )
  const wrong = unasked(stream)
  if (wrong.length > 0) {
    const detail = `the bucket ${bucketName} for snapshots: ${wrong.join("; ")}. Delete it: snapshots are made anew`
    return yield* new JournalOpenError({ where, detail })
  }
  if (stream.allow_rollup_hdrs === true) yield* Effect.logWarning(`${where}: ${clearedByAll(bucketName)}`)
  const ask = <A>(what: string, question: () => Promise<A>): Effect.Effect<A, JournalUnavailable> =>
    link.ask(what, question).pipe(Effect.mapError(({ message }) => new JournalUnavailable({ detail: message })))

  return SnapshotStore.of({
    save: (snapshot) =>
      Effect.suspend(() => {
        checkActor(snapshot.actor)
        return ask(`saving a snapshot of ${snapshot.actor}`, () =>
          bucket.put(keyOf(owner, snapshot.actor), encodeSnapshot(snapshot))
        )
      }).pipe(Effect.asVoid),
    load: Effect.fnUntraced(function* (actor) {
      const texts = yield* ask(`reading the snapshots of ${actor}`, () =>
        historyOf(manager, bucketName, keyOf(owner, actor))
      )
      const found: Array<Snapshot> = []
      for (const text of texts) {
        const snapshot = yield* decodeSnapshot(text, `${where} bucket ${bucketName} key ${actor}`)
        if (snapshot !== null) found.push(snapshot)
      }
      return found.toSorted((a, b) => b.seq - a.seq)
    })
  })
})
