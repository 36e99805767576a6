/** On how many servers a journal is kept: chosen when it is made, judged whenever it is opened. */
import type { ServerInfo } from "@nats-io/nats-core"

/** How many servers keep a copy; `auto`: three on a cluster that keeps compare-and-set, else one. */
export type ReplicasWanted = "auto" | 1 | 3 | 5

/**
 * The first release whose clusters keep compare-and-set: before it, of several writers with one expectation more than one
 * may win (2.9.10: in every round of sixty writers, `tests/cluster`). Source: release notes of nats-server 2.11.0.
 */
const SAFE_SINCE = { major: 2, minor: 11 }

/** What the server says of itself in its greeting, as far as replicas go by it. */
export type Greeting = Pick<ServerInfo, "version" | "cluster" | "connect_urls">

/** Whether compare-and-set holds on a stream with several replicas on a server of this version. */
export const keepsCompareAndSet = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  return major > SAFE_SINCE.major || (major === SAFE_SINCE.major && minor >= SAFE_SINCE.minor)
}

/** How many servers the cluster names: what clients could connect to. 1: no cluster, or one that does not say. */
export const serversOf = ({ cluster, connect_urls: urls }: Greeting): number =>
  cluster === undefined || cluster === "" ? 1 : Math.max(1, new Set(urls).size)

/** The replicas a journal should have on this server. */
export const replicasOn = (greeting: Greeting, wanted: ReplicasWanted): 1 | 3 | 5 => {
  if (wanted !== "auto") return wanted
  return serversOf(greeting) >= 3 && keepsCompareAndSet(greeting.version) ? 3 : 1
}

/**
 * The replicas to try in turn for a new journal. A cluster that is just starting, or does not advertise its servers, may
 * have three without naming them.
 */
export const replicasToTry = (greeting: Greeting, wanted: ReplicasWanted): ReadonlyArray<1 | 3 | 5> => {
  const should = replicasOn(greeting, wanted)
  const mayHaveMore = wanted === "auto" && (greeting.cluster ?? "") !== "" && keepsCompareAndSet(greeting.version)
  return should === 1 && mayHaveMore ? [3, 1] : [should]
}

/** What is wrong with a stream's replicas, and what to do; both in words. */
export interface ReplicaProblem {
  /** `unsafe`: the journal may break; `few`: it may be away, or lost, with one server. */
  readonly kind: "unsafe" | "few"
  readonly finding: string
  readonly advice: string
}

/** What is wrong with `stream` having `found` replicas on this server, or null. */
export const replicaProblem = (
  greeting: Greeting,
  wanted: ReplicasWanted,
  stream: string,
  found: number
): ReplicaProblem | null => {
  const { version } = greeting
  const copies = `stream ${stream} has ${found} ${found === 1 ? "replica" : "replicas"}`
  if (found > 1 && !keepsCompareAndSet(version)) {
    return {
      kind: "unsafe",
      finding: `${copies} on nats-server ${version}, whose clusters let several writers win where one must`,
      advice: `run 2.11 or later, or: nats stream edit ${stream} --replicas 1`
    }
  }
  const should = replicasOn(greeting, wanted)
  if (found >= should) return null
  return {
    kind: "few",
    finding: `${copies}, and should have ${should}: the cluster names ${serversOf(greeting)} servers`,
    advice: `with all servers up and nothing else changing: nats stream edit ${stream} --replicas ${should}`
  }
}
