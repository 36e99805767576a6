/** Which nats-server the cluster's tests run on: a new one where there is one, since clusters before 2.11 lose compare-and-set. */
import { execFileSync } from "node:child_process"
import { homedir } from "node:os"
import { join } from "node:path"
import { findBinary, searchPath } from "../../shared/testing/requires.ts"

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
export const clusterBinary = (): { readonly binary: string; readonly version: string } => {
  const binary = findBinary("nats-server", directories())
  if (binary === null) throw new Error("nats-server is neither in PATH nor in /usr/sbin")
  return { binary, version: versionOf(binary) }
}
