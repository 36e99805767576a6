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
      return streams.info(stream).catch((error: unknown) => {
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
  }
  return findings
})

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
