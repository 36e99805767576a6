/** The NATS server: does it answer, what does a power cut cost, do as many servers keep the journal as should, and is it packed? */
import { JetStreamApiError, jetstreamManager, type StreamInfo } from "@nats-io/jetstream"
import type { NatsConnection } from "@nats-io/nats-core"
import { Effect } from "effect"
import { natsAccess, STREAMS } from "../../../app/leaves/journal.ts"
import type { Settings } from "../../../app/settings.ts"
import { replicaProblem, serversOf } from "../../../shared/journal/nats/cluster/replicas.ts"
import { connectTo } from "../../../shared/journal/nats/connection.ts"
import { beginningBucket } from "../../../shared/journal/nats/beginning/note.ts"
import { compressionFinding } from "../../../shared/journal/nats/stream/compression.ts"
import { snapshotsOf } from "../../../shared/journal/nats/snapshots.ts"
import { type Check, fail, type Finding, ok, warn } from "./check.ts"

/** Shorter than a check's time limit: what the connection has to say is better than that it took long. */
const CONNECT_TIMEOUT_MS = 5_000

/** Whether the server answers, what its version means for a power cut, on how many servers the journal is, and whether it is packed. */
export const natsCheck = (settings: Settings): Check<never> => ({
  what: "nats",
  look: Effect.scoped(
    Effect.gen(function* () {
      const { natsUrl } = settings
      const connection = yield* connectTo({
        ...natsAccess(settings, natsUrl),
        connectTimeoutMs: CONNECT_TIMEOUT_MS
      })
      const version = versionFinding(natsUrl, connection.info?.version ?? "of an unknown version")
      return [version, ...(yield* streamFindings(connection, settings))]
    })
  )
})

/** A server cannot be asked for its `sync_interval`. */
export const versionFinding = (url: string, version: string): Finding =>
  version.startsWith("2.9.")
    ? warn(
        "nats",
        `${url}: nats-server ${version} writes to disk within a minute: a power cut may lose what it acknowledged`,
        "run 2.10 or later with sync_interval: always"
      )
    : ok("nats", `${url}: nats-server ${version}; acknowledged records survive a power cut with sync_interval: always`)

/** The stream as the server has it; null: not there yet, which is no fault of its replicas. */
const streamInfo = (connection: NatsConnection, stream: string) =>
  Effect.tryPromise({
    try: async (): Promise<StreamInfo | null> => {
      const { streams } = await jetstreamManager(connection)
      return streams.info(stream, { subjects_filter: shelvesOf(stream) }).catch((error: unknown) => {
        if (error instanceof JetStreamApiError && error.status === 404) return null
        throw error
      })
    },
    catch: (error) => error
  })

const streamFindings = Effect.fnUntraced(function* (connection: NatsConnection, settings: Settings) {
  const greeting = connection.info ?? { version: "unknown" }
  const { stream } = STREAMS.market(settings.pair)
  const findings: Array<Finding> = []
  for (const name of [stream, snapshotsOf(stream).stream, `KV_${beginningBucket(stream)}`]) {
    const info = yield* streamInfo(connection, name)
    if (info === null) continue
    findings.push(...replicaFindings(greeting, settings, info))
    // The buckets beside it hold a handful of records.
    if (name === stream) findings.push(packingFinding(greeting.version, info))
    if (name === snapshotsOf(stream).stream) findings.push(...snapshotFindings(info))
  }
  return findings
})

/** What is asked for by subject: the keys of the snapshots; of the journal nothing, whose subjects grow with its commands. */
const shelvesOf = (stream: string): string => (stream.startsWith("KV_") ? "$KV.>" : "none")

/** The share that `nats.conf` gives to snapshots, and how much of it may be taken before it is said. */
const SNAPSHOT_SHARE = 4_000_000_000
const ALMOST_FULL = 0.8
/** A user keeps a snapshot for each actor that it runs, a hundred at most: twice as many are not a market's. */
const MOST_KEYS = 200

/** Whether somebody fills the share of the snapshots: no server bounds one user's part of it. */
export const snapshotFindings = ({ config, state }: Pick<StreamInfo, "config" | "state">): ReadonlyArray<Finding> => {
  const { name, max_bytes: most } = config
  const keys = new Map<string, number>()
  for (const subject of Object.keys(state.subjects ?? {})) {
    const [, , shelf = ""] = subject.split(".")
    keys.set(shelf, (keys.get(shelf) ?? 0) + 1)
  }
  const [shelf, count] = [...keys].toSorted(([, a], [, b]) => b - a)[0] ?? ["", 0]
  const full = state.bytes >= ALMOST_FULL * (most > 0 ? most : SNAPSHOT_SHARE)
  if (!full && count <= MOST_KEYS) return []
  return [
    warn(
      "nats",
      `stream ${name} holds ${Math.round(state.bytes / 1e6)} MB of snapshots, most keys under ${shelf}: ${count}`,
      "once it is full none are saved and no era is sealed, trading goes on: see what that user does, then clear its keys (docs/operations.md)"
    )
  ]
}

/** One line, packed or not. */
export const packingFinding = (version: string, { config }: Pick<StreamInfo, "config">): Finding => {
  const found = compressionFinding(version, config.name, config.compression)
  if (found === null) return ok("nats", `stream ${config.name} is packed on the server's disk`)
  const { risk, finding, advice } = found
  if (risk) return warn("nats", finding, advice ?? "")
  return ok("nats", advice === null ? finding : `${finding}; ${advice}`)
}

const replicaFindings = (
  greeting: Parameters<typeof replicaProblem>[0],
  { natsReplicas }: Settings,
  { config, cluster }: StreamInfo
): ReadonlyArray<Finding> => {
  const { name, num_replicas: replicas } = config
  const problem = replicaProblem(greeting, natsReplicas, name, replicas)
  if (problem !== null) return [(problem.kind === "unsafe" ? fail : warn)("nats", problem.finding, problem.advice)]
  if (replicas === 1) return []
  const behind = (cluster?.replicas ?? []).filter(({ current, offline }) => !current || (offline ?? false))
  return [
    behind.length === 0
      ? ok("nats", `stream ${name} is on ${replicas} of ${serversOf(greeting)} servers, all current`)
      : warn(
          "nats",
          `stream ${name}: ${behind.map((peer) => peer.name).join(" and ")} of its ${replicas} replicas lag or are away`,
          "bring the servers back; stop no other until all are current"
        )
  ]
}
