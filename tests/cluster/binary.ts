/** Which nats-server the cluster's tests run on: clusters before 2.11 lose acknowledged records, so it has to be a newer one. */
import { execFileSync } from "node:child_process"
import { homedir } from "node:os"
import { join } from "node:path"
import { keepsCompareAndSet } from "../../shared/journal/nats/cluster/replicas.ts"
import { packsSafely } from "../../shared/journal/nats/stream/compression.ts"
import { findBinary, missing, searchPath } from "../../shared/testing/requires.ts"

/** Where `newServer.sh` puts one. */
const CACHE = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "kennel-nats", "usr")

const directories = (): ReadonlyArray<string> => [
  ...(process.env["KENNEL_NATS"] === undefined ? [] : [process.env["KENNEL_NATS"]]),
  join(CACHE, "sbin"),
  join(CACHE, "bin"),
  ...searchPath()
]

const versionOf = (binary: string): string =>
  /v(\d+\.\d+\.\d+)/.exec(execFileSync(binary, ["--version"], { encoding: "utf8" }))?.[1] ?? "unknown"

/** The first that is there: in the directory that `KENNEL_NATS` names, fetched by `newServer.sh`, or the machine's own. */
export const clusterBinary = (): { readonly binary: string; readonly version: string } | null => {
  const binary = findBinary("nats-server", directories())
  return binary === null ? null : { binary, version: versionOf(binary) }
}

/** Whether tests of a cluster can run; see `missing` for what happens where they cannot. */
export const clusterFound = (): boolean =>
  keepsCompareAndSet(clusterBinary()?.version ?? "none") ||
  missing("tests of a cluster need nats-server 2.11 or later: tests/cluster/newServer.sh fetches one on Debian")

/** Whether tests of packed streams can run. */
export const packingFound = (): boolean =>
  packsSafely(clusterBinary()?.version ?? "none") ||
  missing("tests of packed streams need nats-server 2.14.3 or later: tests/cluster/newServer.sh fetches one on Debian")
