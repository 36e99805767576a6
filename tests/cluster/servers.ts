/** Three nats-servers as one cluster on this machine, and the ways in which a server, or the network between them, can fail. */
import type { ChildProcess } from "node:child_process"
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type JetStreamManager, jetstreamManager, type StreamInfo } from "@nats-io/jetstream"
import { connect } from "@nats-io/transport-node"
import { endProcess, launchNats } from "../../shared/journal/nats/testing/testServer.ts"
import { freePort } from "../../shared/testing/freePort.ts"
import { until } from "../testing/processes.ts"
import { clusterBinary } from "./binary.ts"
import { type Network, loopback } from "./network.ts"

/** One of the servers. */
export interface ClusterNode {
  readonly name: string
  /** Where clients find it. */
  readonly url: string
  readonly kill: () => Promise<void>
  readonly stop: () => Promise<void>
  /** Starts it again on its own data. */
  readonly start: () => Promise<void>
  /** Stops the process in its tracks without closing its connections, or lets it go on. */
  readonly pause: () => void
  readonly resume: () => void
  /** Removes its data. Not while it runs. */
  readonly wipe: () => void
  /** The others and it no longer reach each other, though clients reach all; or they do again. Namespaces only. */
  readonly cutOff: () => void
  readonly rejoin: () => void
}

/** The servers, and what they say of a stream. */
export interface Cluster {
  readonly version: string
  readonly nodes: ReadonlyArray<ClusterNode>
  /** All addresses, as `NATS_URL` takes them. */
  readonly url: string
  /** The node that leads a stream now; waits for one that does. */
  readonly leaderOf: (stream: string) => Promise<ClusterNode>
  /** Returns once every replica of every stream is current: before that an operator stops no other server. */
  readonly whenCurrent: () => Promise<void>
  readonly dispose: () => Promise<void>
}

const SIZE = 3

/** A killed server that comes back has caught up within seconds; a wiped one takes longer. */
const CURRENT_WITHIN_SEC = 60

const configOf = (
  name: string,
  data: string,
  network: Network,
  ports: ReadonlyArray<number>,
  place: number
): string => `
server_name: ${name}
listen: "${network.clientHost(place)}:${ports[place]}"
ping_interval: "1s"
ping_max: 3
jetstream { store_dir: "${data}" }
cluster {
  name: kennel
  listen: "${network.peerHost(place)}:${ports[place + SIZE]}"
  routes: [ ${Array.from({ length: SIZE }, (_, peer) => `"nats://${network.peerHost(peer)}:${ports[peer + SIZE]}"`).join(", ")} ]
}
`

/** Asks one server after the other; null where none answers. */
const asking = async <A>(
  urls: ReadonlyArray<string>,
  question: (manager: JetStreamManager) => Promise<A>
): Promise<A | null> => {
  for (const servers of urls) {
    const connection = await connect({ servers, reconnect: false, ignoreClusterUpdates: true, timeout: 1_000 }).catch(
      () => null
    )
    if (connection === null) continue
    try {
      return await question(await jetstreamManager(connection, { timeout: 1_000 }))
    } catch {
      // Another server may know.
    } finally {
      await connection.close().catch(() => undefined)
    }
  }
  return null
}

const allStreams = async ({ streams }: JetStreamManager): Promise<ReadonlyArray<StreamInfo>> => {
  const found: Array<StreamInfo> = []
  for await (const stream of streams.list()) found.push(stream)
  return found
}

const isCurrent = ({ config, cluster }: StreamInfo): boolean => {
  const replicas = cluster?.replicas ?? []
  return (
    replicas.length === config.num_replicas - 1 &&
    replicas.every(({ current, offline, lag }) => current && !(offline ?? false) && (lag ?? 0) === 0)
  )
}

/** Starts three servers that know each other. The caller disposes of them. */
export const startCluster = async (network: Network = loopback): Promise<Cluster> => {
  const { binary, version } = clusterBinary() ?? { binary: "nats-server", version: "unknown" }
  const directory = mkdtempSync(join(tmpdir(), "kennel-cluster-"))
  const ports: Array<number> = []
  while (ports.length < 2 * SIZE) ports.push(await freePort())
  const running: Array<ChildProcess | null> = []

  const nodeAt = (place: number): ClusterNode => {
    const name = `node-${place + 1}`
    const data = join(directory, name)
    const configFile = join(directory, `${name}.conf`)
    mkdirSync(data)
    writeFileSync(configFile, configOf(name, data, network, ports, place))
    const end = async (signal: NodeJS.Signals): Promise<void> => {
      const child = running[place] ?? null
      if (child !== null) await endProcess(child, signal)
      running[place] = null
    }
    const [program = binary, ...before] = network.inside(place, binary)
    return {
      name,
      url: `nats://${network.clientHost(place)}:${ports[place]}`,
      kill: () => end("SIGKILL"),
      stop: () => end("SIGTERM"),
      start: async () => {
        running[place] = await launchNats(program, [...before, "-c", configFile])
      },
      pause: () => void running[place]?.kill("SIGSTOP"),
      resume: () => void running[place]?.kill("SIGCONT"),
      wipe: () => rmSync(data, { recursive: true, force: true }),
      cutOff: () => network.setLink(place, false),
      rejoin: () => network.setLink(place, true)
    }
  }
  const nodes = Array.from({ length: SIZE }, (_, place) => nodeAt(place))
  const urls = nodes.map(({ url }) => url)
  const killAll = () => running.forEach((child) => child?.kill("SIGKILL"))
  process.once("exit", killAll)
  await Promise.all(nodes.map((node) => node.start()))

  return {
    version,
    nodes,
    url: urls.join(","),
    leaderOf: (stream) =>
      until(
        `a leader of ${stream}`,
        async () => {
          const leader = await asking(urls, async ({ streams }) => (await streams.info(stream)).cluster?.leader)
          return nodes.find(({ name }) => name === leader) ?? null
        },
        CURRENT_WITHIN_SEC
      ),
    whenCurrent: async () => {
      let last: ReadonlyArray<StreamInfo> = []
      await until(
        "every replica is current",
        async () => {
          last = (await asking(urls, allStreams)) ?? []
          return last.length > 0 && last.every(isCurrent) ? true : null
        },
        CURRENT_WITHIN_SEC,
        () => JSON.stringify(last.map(({ config, cluster }) => ({ stream: config.name, cluster })))
      )
    },
    dispose: async () => {
      process.off("exit", killAll)
      await Promise.all(running.filter((child) => child !== null).map((child) => endProcess(child, "SIGKILL")))
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
      network.remove()
    }
  }
}
