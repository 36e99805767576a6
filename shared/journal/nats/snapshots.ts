/** Snapshots in a key-value bucket: the actor is the key, the bucket's history keeps the last few. Works on nats-server 2.9. */
import { jetstream, type JetStreamManager, type MsgRequest } from "@nats-io/jetstream"
import { Kvm } from "@nats-io/kv"
import type { NatsConnection } from "@nats-io/nats-core"
import { type Context, Effect } from "effect"
import { JournalOpenError, JournalUnavailable, type Snapshot, SnapshotStore } from "../port.ts"
import { checkActor, decodeSnapshot, encodeSnapshot, KEPT_SNAPSHOTS } from "../snapshotText.ts"
import { OPENING_TIMEOUT_MS, patientlyAsking } from "./cluster/leader.ts"
import type { Link } from "./link.ts"
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

/** The bucket, made where it is missing. Fails with `JournalOpenError` when it cannot be had. */
export const openSnapshots = Effect.fnUntraced(function* (
  options: SnapshotsOptions
): Effect.fn.Return<Context.Service.Shape<typeof SnapshotStore>, JournalOpenError> {
  const { connection, manager, link, where, bucket: bucketName, replicas, owner } = options
  const make = (timeout: number) =>
    patientlyAsking(
      () => new Kvm(jetstream(connection, { timeout })).create(bucketName, { history: KEPT_SNAPSHOTS, replicas }),
      OPEN_PATIENCE_MS
    )
  // What makes it is impatient; what works with it is not.
  const bucket = yield* make(OPENING_TIMEOUT_MS).pipe(
    Effect.andThen(make(TIMEOUT_MS)),
    Effect.mapError((error) => {
      const detail = `the bucket ${bucketName} for snapshots cannot be opened: ${messageOf(error)}`
      return new JournalOpenError({ where, detail })
    })
  )
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
