/** The stream a journal lives in: how it must be set, and the comparison with what the server made of it. */
import { JetStreamApiError, type JetStreamManager, type StreamConfig, type StreamInfo } from "@nats-io/jetstream"
import { nanos } from "@nats-io/nats-core"
import { Effect } from "effect"
import { JournalOpenError } from "../port.ts"
import { messageOf } from "../../core/messageOf.ts"

/** What the stream is called and holds; all other settings are a journal's and fixed. */
export interface StreamOptions {
  /** Such as `KENNEL_XDGUSD`. */
  readonly stream: string
  /** Patterns the stream takes, such as `market.XDGUSD.>`. */
  readonly subjects: ReadonlyArray<string>
  /** Milliseconds; the server takes no less than 100. */
  readonly duplicateWindowMs: number
  /** Most bytes the server stores; -1: no limit. */
  readonly maxBytes: number
  /** Whether a missing stream is created or is an error. */
  readonly create: boolean
}

/** The API's code for "no such stream". */
export const STREAM_NOT_FOUND = 10059

/**
 * The settings that make a stream a journal. Nothing ever leaves it by itself (`limits`, no ages, `discard: new` refuses
 * instead of dropping the oldest), no record can be deleted, and reads come from the leader (`allow_direct: false`). It can be
 * purged, by whom the server lets: that is how its beginning is dropped (`beginning/dropping.ts`).
 * Source: `docs.nats.io`, streams; checked against nats-server 2.9.10.
 */
const wantedConfig = (options: StreamOptions) =>
  ({
    name: options.stream,
    subjects: [...options.subjects],
    storage: "file",
    retention: "limits",
    discard: "new",
    max_age: 0,
    max_msgs: -1,
    max_msgs_per_subject: -1,
    max_bytes: options.maxBytes,
    duplicate_window: nanos(options.duplicateWindowMs),
    deny_delete: true,
    deny_purge: false,
    allow_direct: false,
    allow_rollup_hdrs: false,
    no_ack: false,
    num_replicas: 1
  }) satisfies Partial<StreamConfig>

/** Replicas are the operator's choice: more are as good. A stream made by an earlier build denies purges: all it cannot do is drop. */
const notCompared: ReadonlySet<string> = new Set(["num_replicas", "deny_purge"])

const differences = (wanted: Partial<StreamConfig>, found: Partial<StreamConfig>): ReadonlyArray<string> =>
  Object.entries(wanted)
    .filter(([field]) => !notCompared.has(field))
    .map(([field, value]) => {
      // Old servers leave out what is false.
      const actual = Object.entries(found).find(([name]) => name === field)?.[1] ?? false
      const [a, b] = [JSON.stringify(value), JSON.stringify(actual)]
      return a === b ? null : `${field} is ${b}, a journal needs ${a}`
    })
    .filter((line) => line !== null)

/**
 * The stream, created where it is missing. Fails with `JournalOpenError` naming each field when a stream of this name
 * has other settings, or when the server silently dropped one.
 */
export const openStream = Effect.fnUntraced(function* (
  manager: JetStreamManager,
  url: string,
  options: StreamOptions
): Effect.fn.Return<StreamInfo, JournalOpenError> {
  const where = `${url} stream ${options.stream}`
  const wanted = wantedConfig(options)
  const info = yield* Effect.tryPromise({
    try: async () => {
      try {
        return await manager.streams.info(options.stream)
      } catch (error) {
        const missing = error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND
        // The client adds fields to the object it is given.
        if (missing && options.create) return manager.streams.add({ ...wanted })
        throw error
      }
    },
    catch: (error) => {
      const detail = `cannot be opened: ${messageOf(error)}; the server needs JetStream (nats-server -js) and room on its disk`
      return new JournalOpenError({ where, detail })
    }
  })
  const wrong = differences(wanted, info.config)
  if (wrong.length > 0) {
    const detail = `${wrong.join("; ")}. Choose another stream name, or correct the stream's settings`
    return yield* new JournalOpenError({ where, detail })
  }
  return info
})
