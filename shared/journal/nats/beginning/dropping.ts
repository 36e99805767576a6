/**
 * Dropping the beginning of a stream: noted first, then purged. Killed between any two steps, the note is ahead of the stream and
 * every reader goes by it; the same call again does what is missing.
 *
 * A server before 2.12 rewrites the file in which a purge ends in place, and what else stands in that file is at risk meanwhile. So a
 * purge ends a whole file's worth of records before the beginning, where nothing counts any more.
 */
import { jetstream, type JetStreamManager, type StreamInfo } from "@nats-io/jetstream"
import { type KV, Kvm } from "@nats-io/kv"
import type { NatsConnection } from "@nats-io/nats-core"
import { Effect, Stream } from "effect"
import { dropLimit } from "../../entry.ts"
import {
  type DropError,
  JournalDropRefused,
  type JournalRecord,
  JournalUnavailable,
  type ReadError
} from "../../port.ts"
import { messageOf } from "../../../core/messageOf.ts"
import type { Link } from "../link.ts"
import type { Lookup } from "../lookup.ts"
import { beginningBucket, FIRST, lastKey } from "./note.ts"

/** The largest file a server keeps records in (2.9 to 2.15), bytes. */
export const SERVER_FILE_BYTES = 8 * 1024 * 1024

/** Records looked at first when the place to purge to is sought; twice as many each time that was too little. */
const FIRST_LOOK_RECORDS = 32_768

/** Notes and look-ups on their way at once. */
const CONCURRENCY = 16

/** Somebody else may raise the same note; each time it has become higher. */
const MAX_RAISES = 10

const CANNOT_PURGE =
  "the stream was made with deny_purge, which no server takes back, so nothing was changed; archive goes on as before, and docs/operations.md (Seals and archive) says how to make the stream anew from its own backup"

/** What dropping works with. */
export interface DroppingOptions {
  readonly connection: NatsConnection
  readonly manager: JetStreamManager
  readonly link: Link
  readonly lookup: Lookup
  readonly where: string
  /** The stream as this process has first seen it. */
  readonly opened: StreamInfo
  /** Bytes of data before the beginning that are left to the server. */
  readonly marginBytes: number
  readonly duplicateWindowMs: number
  /** Every record that is physically there, from one sequence to another. */
  readonly stored: (from: number, to: number) => Stream.Stream<JournalRecord, ReadError>
}

/** Sets a note to at least `seq`. Notes only ever rise, whoever writes them: a drop that was overtaken takes nothing back. */
const raise = async (bucket: KV, key: string, seq: number): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    const found = await bucket.get(key)
    if (found !== null && Number(found.string()) >= seq) return
    try {
      await bucket.put(key, String(seq), { previousSeq: found?.revision ?? 0 })
      return
    } catch (error) {
      if (attempt === MAX_RAISES) throw error
    }
  }
}

const makeNoting = ({ connection, manager, link, lookup, where, opened }: DroppingOptions) => {
  const { name: stream, num_replicas: replicas } = opened.config
  const openBucket = link
    .ask("opening the note of the beginning", () =>
      // Read from the leader only: `allow_direct` would let any replica answer.
      new Kvm(jetstream(connection)).create(beginningBucket(stream), { history: 1, replicas, allow_direct: false })
    )
    .pipe(
      Effect.mapError((error) => {
        if (!/permission/i.test(error.message)) return error
        const detail = `this user may not (${error.message}), and nothing was changed; do it as the operator, with NATS_USER and NATS_PASSWORD`
        return new JournalDropRefused({ where, detail })
      })
    )

  /** Each subject without a record from `first` on, with the last it has. Asked of the server: there are far fewer subjects than records. */
  const emptied = Effect.fnUntraced(function* (first: number) {
    const info = yield* link.ask("listing the subjects", () => manager.streams.info(stream, { subjects_filter: ">" }))
    const lasts = yield* Effect.forEach(Object.keys(info.state.subjects ?? {}), lookup.lastStored, {
      concurrency: CONCURRENCY
    })
    return lasts.filter((record) => record !== null).filter(({ seq }) => seq < first)
  })

  /** The subjects' last sequences are there before anybody can believe that something is gone. */
  return Effect.fnUntraced(function* (first: number) {
    const bucket = yield* openBucket
    const put = (key: string, seq: number) => link.ask(`noting ${key}`, () => raise(bucket, key, seq))
    yield* Effect.forEach(yield* emptied(first), ({ subject, seq }) => put(lastKey(subject), seq), {
      concurrency: CONCURRENCY,
      discard: true
    })
    yield* put(FIRST, first)
  })
}

/** The highest sequence with at least so many bytes of data between it and `first`; `lowest` where there are not so many. */
const marginBefore = Effect.fnUntraced(function* (options: DroppingOptions, first: number, lowest: number) {
  for (let look = FIRST_LOOK_RECORDS; ; look *= 2) {
    const from = Math.max(lowest, first - look)
    const sizes = yield* options.stored(from, first - 1).pipe(
      Stream.map(({ data }) => data.byteLength),
      Stream.runCollect
    )
    let bytes = 0
    for (let seq = first; seq > from; seq--) {
      if (bytes >= options.marginBytes) return seq
      bytes += sizes[seq - 1 - from] ?? 0
    }
    if (from === lowest) return lowest
  }
})

/** The first record from `lowest` on whose id the server may still have to know: by halving, since times do not decrease. */
const firstRemembered = Effect.fnUntraced(function* (options: DroppingOptions, lowest: number, head: number) {
  const { lookup, duplicateWindowMs } = options
  const newest = yield* lookup.stored(head)
  const olderMs = (newest?.storedMs ?? 0) - duplicateWindowMs
  let [low, high] = [lowest, head]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const record = yield* lookup.stored(middle)
    if (record === null || record.storedMs < olderMs) low = middle + 1
    else high = middle
  }
  return low
})

/**
 * The journal's `dropBefore`: it begins exactly where it was asked to, and the server keeps what is younger than the duplicate window
 * (measured back from the newest record) or within `marginBytes` of the beginning until a later drop.
 * Fails with `JournalDropRefused` where the stream or the user does not allow it; with `JournalUnavailable` when the server fails in
 * between: the same call again goes on.
 */
export const makeDropBefore = (options: DroppingOptions): ((seq: number) => Effect.Effect<number, DropError>) => {
  const { manager, link, lookup, where, opened, marginBytes } = options
  const { name: stream, deny_purge: denied } = opened.config
  const write = makeNoting(options)

  const purgeBefore = Effect.fnUntraced(function* (first: number) {
    const { first: lowest, head } = yield* lookup.physical
    const margin = marginBytes === 0 ? first : yield* marginBefore(options, first, lowest)
    const upTo = Math.min(margin, yield* firstRemembered(options, lowest, head))
    // A purge up to sequence 0 would be one of everything.
    if (upTo > Math.max(1, lowest)) yield* link.ask("purging", () => manager.streams.purge(stream, { seq: upTo }))
  })

  const drop = Effect.fnUntraced(function* (seq: number) {
    const { first: before, head } = yield* lookup.extent
    const first = Math.max(before, dropLimit(seq, head))
    if (first > before) yield* write(first)
    if (first > 1) yield* purgeBefore(first)
    return first
  })

  return (seq) =>
    denied
      ? Effect.fail(new JournalDropRefused({ where, detail: CANNOT_PURGE }))
      : drop(seq).pipe(
          Effect.mapError((error) =>
            error._tag === "JournalDropRefused" || error._tag === "JournalUnavailable"
              ? error
              : new JournalUnavailable({ detail: messageOf(error) })
          )
        )
}
