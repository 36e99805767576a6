/** The stream a journal lives in: how it must be set, and the comparison with what the server made of it. */
import { JetStreamApiError, type JetStreamManager, type StreamConfig, type StreamInfo } from "@nats-io/jetstream"
import { nanos } from "@nats-io/nats-core"
import { Effect } from "effect"
import { JournalOpenError } from "../../port.ts"
import { messageOf } from "../../../core/messageOf.ts"
import { patientlyAsking } from "../cluster/leader.ts"

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
  /** On how many servers a new one is kept: the first of these that the server has room for. */
  readonly replicas: ReadonlyArray<1 | 3 | 5>
  /** Whether the server packs a new one on its disk. */
  readonly packed: boolean
  /** How long a cluster without a leader, or with too few servers, is waited for, milliseconds. */
  readonly patienceMs: number
}

/** The API's code for "no such stream". */
export const STREAM_NOT_FOUND = 10059
/** Its codes for "created meanwhile", and for too few servers: too few now, or no cluster. */
const NAME_IN_USE = 10058
const NO_PEERS = 10005
const NOT_CLUSTERED = 10074

const hasCode = (error: unknown, ...codes: ReadonlyArray<number>): boolean =>
  error instanceof JetStreamApiError && codes.includes(error.code)

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
    // A server that does not know it is not asked for it.
    ...(options.packed ? { compression: "s2" } : {}),
    num_replicas: options.replicas[0] ?? 1
  }) satisfies Partial<StreamConfig>

/**
 * Replicas of a stream that is there, and whether it is packed, are the operator's choice; what is wrong with them is said
 * (`cluster/replicas.ts`, `compression.ts`). A stream made by an earlier build denies purges: all it cannot do is drop.
 */
const notCompared: ReadonlySet<string> = new Set(["num_replicas", "deny_purge", "compression"])

/**
 * What nobody asks for here: with these a server stores, sends on or removes what nobody has published there. Whoever was first on an
 * empty server may have made the stream with them.
 */
const NEVER: ReadonlyArray<string> = [
  "mirror",
  "sources",
  "republish",
  "subject_transform",
  "sealed",
  "template_owner",
  "max_consumers",
  "max_msg_size",
  "first_seq",
  "subject_delete_marker_ttl",
  "allow_msg_ttl",
  "allow_msg_counter",
  "allow_msg_schedules",
  "allow_atomic",
  "allow_batched",
  "consumer_limits",
  "persist_mode"
]

/** As servers say that there is none of it. */
const isNone = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === "" ||
  value === 0 ||
  value === -1 ||
  value === "default" ||
  (typeof value === "object" && Object.values(value).every(isNone))

/** What this stream does that none of ours may. */
export const unasked = (found: Partial<StreamConfig>): ReadonlyArray<string> =>
  Object.entries(found)
    .filter(([field, value]) => NEVER.includes(field) && !isNone(value))
    .map(([field, value]) => `${field} is ${JSON.stringify(value)}, and is nothing here`)

const differences = (wanted: Partial<StreamConfig>, found: Partial<StreamConfig>): ReadonlyArray<string> => [
  ...wrongOf(wanted, found),
  ...unasked(found)
]

const wrongOf = (wanted: Partial<StreamConfig>, found: Partial<StreamConfig>): ReadonlyArray<string> =>
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
  const open = (num_replicas: number) =>
    patientlyAsking(
      async () => {
        try {
          return await manager.streams.info(options.stream)
        } catch (error) {
          // The client adds fields to the object it is given.
          if (hasCode(error, STREAM_NOT_FOUND) && options.create)
            return manager.streams.add({ ...wanted, num_replicas })
          throw error
        }
      },
      options.patienceMs,
      (error) => hasCode(error, NAME_IN_USE, NO_PEERS)
    )
  const [first = 1, ...others] = options.replicas
  const info = yield* others
    .reduce(
      (opened, fewer) =>
        Effect.catchIf(
          opened,
          (error) => hasCode(error, NO_PEERS, NOT_CLUSTERED),
          () => open(fewer)
        ),
      open(first)
    )
    .pipe(
      Effect.mapError((error) => {
        const advice = hasCode(error, NO_PEERS, NOT_CLUSTERED)
          ? `${first} replicas need as many servers in one cluster, all up; start them, or set NATS_REPLICAS`
          : "the server needs JetStream (nats-server -js) and room on its disk"
        return new JournalOpenError({ where, detail: `cannot be opened: ${messageOf(error)}; ${advice}` })
      })
    )
  const wrong = differences(wanted, info.config)
  if (wrong.length > 0) {
    const detail = `${wrong.join("; ")}. Choose another stream name, or correct the stream's settings`
    return yield* new JournalOpenError({ where, detail })
  }
  return info
})
