/** Snapshots in a key-value bucket: the actor is the key, the bucket's history keeps the last few. Works on nats-server 2.9. */
import { jetstream } from "@nats-io/jetstream"
import { type KV, Kvm } from "@nats-io/kv"
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

const historyOf = async (bucket: KV, actor: string): Promise<ReadonlyArray<string>> => {
  // Asking for the history of a key that is not there waits for something to come.
  if ((await bucket.get(actor)) === null) return []
  const texts: Array<string> = []
  for await (const entry of await bucket.history({ key: actor })) texts.push(entry.string())
  return texts
}

/** The bucket, made on so many servers where it is missing. Fails with `JournalOpenError` when it cannot be had. */
export const openSnapshots = Effect.fnUntraced(function* (
  connection: NatsConnection,
  link: Link,
  where: string,
  bucketName: string,
  replicas: number
): Effect.fn.Return<Context.Service.Shape<typeof SnapshotStore>, JournalOpenError> {
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
        return ask(`saving a snapshot of ${snapshot.actor}`, () => bucket.put(snapshot.actor, encodeSnapshot(snapshot)))
      }).pipe(Effect.asVoid),
    load: Effect.fnUntraced(function* (actor) {
      const texts = yield* ask(`reading the snapshots of ${actor}`, () => historyOf(bucket, actor))
      const found: Array<Snapshot> = []
      for (const text of texts) {
        const snapshot = yield* decodeSnapshot(text, `${where} bucket ${bucketName} key ${actor}`)
        if (snapshot !== null) found.push(snapshot)
      }
      return found.toSorted((a, b) => b.seq - a.seq)
    })
  })
})
