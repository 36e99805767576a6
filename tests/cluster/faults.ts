/** What happens to a cluster: each fault begins with all servers up and current, and ends so. */
import type { Cluster, ClusterNode } from "./servers.ts"

/** One thing that happens, and how long its waiting takes in short and in long form. */
export interface Fault {
  readonly name: string
  /** Whether the servers have to stand in namespaces. */
  readonly cutsNetwork: boolean
  readonly shortSec: number
  readonly longSec: number
  readonly happen: (cluster: Cluster, seconds: number, work: Work) => Promise<void>
}

/** What the cluster is for meanwhile. */
export interface Work {
  /** The stream whose leader is meant. */
  readonly stream: string
  /** Returns once all who work have gone on from here. */
  readonly goesOn: () => Promise<void>
}

const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1_000))

/** How often the leader is killed. */
const KILLS = 3

const others = ({ nodes }: Cluster, node: ClusterNode): ReadonlyArray<ClusterNode> =>
  nodes.filter((other) => other !== node)

/** All of them. `seconds` is how long a fault lasts, where it lasts. */
export const FAULTS: ReadonlyArray<Fault> = [
  {
    name: "the leader is killed again and again",
    cutsNetwork: false,
    shortSec: 1,
    longSec: 10,
    happen: async (cluster, seconds, { stream }) => {
      for (let kill = 0; kill < KILLS; kill++) {
        const leader = await cluster.leaderOf(stream)
        await leader.kill()
        await cluster.leaderOf(stream)
        await pause(seconds)
        await leader.start()
        await cluster.whenCurrent()
      }
    }
  },
  {
    name: "the leader is paused",
    cutsNetwork: false,
    shortSec: 6,
    longSec: 20,
    happen: async (cluster, seconds, { stream }) => {
      const leader = await cluster.leaderOf(stream)
      leader.pause()
      await pause(seconds)
      leader.resume()
      await cluster.whenCurrent()
    }
  },
  {
    name: "quorum is lost, and is back",
    cutsNetwork: false,
    // The last leader resigns after ten seconds; what gives up at refusals after another ten has given up by then.
    shortSec: 25,
    longSec: 60,
    happen: async (cluster, seconds, { stream }) => {
      const leader = await cluster.leaderOf(stream)
      const lost = others(cluster, leader)
      await Promise.all(lost.map((node) => node.kill()))
      await pause(seconds)
      await Promise.all(lost.map((node) => node.start()))
      await cluster.whenCurrent()
    }
  },
  {
    name: "the leader's disk is wiped",
    cutsNetwork: false,
    shortSec: 0,
    longSec: 5,
    happen: async (cluster, seconds, { stream }) => {
      const leader = await cluster.leaderOf(stream)
      await leader.kill()
      leader.wipe()
      await cluster.leaderOf(stream)
      await pause(seconds)
      await leader.start()
      await cluster.whenCurrent()
    }
  },
  {
    name: "every server is restarted in turn, the next when all replicas are current",
    cutsNetwork: false,
    shortSec: 0,
    longSec: 5,
    happen: async (cluster, seconds) => {
      for (const node of cluster.nodes) {
        await node.stop()
        await pause(seconds)
        await node.start()
        await cluster.whenCurrent()
      }
    }
  },
  {
    name: "the leader is cut off from the others, not from its clients",
    cutsNetwork: true,
    shortSec: 0,
    longSec: 60,
    happen: async (cluster, seconds, { stream, goesOn }) => {
      const leader = await cluster.leaderOf(stream)
      leader.cutOff()
      // Its clients too: they have to find out that it is alone, and leave it.
      await goesOn()
      await pause(seconds)
      leader.rejoin()
      await cluster.whenCurrent()
    }
  }
]
