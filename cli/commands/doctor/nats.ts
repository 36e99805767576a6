/** The NATS server: does it answer, and what does a power cut cost? Its stream is looked at where the journal opens. */
import { Effect, Redacted } from "effect"
import type { Settings } from "../../../app/settings.ts"
import { connectTo } from "../../../shared/journal/nats/connection.ts"
import { type Check, type Finding, ok, warn } from "./check.ts"

/** Shorter than a check's time limit: what the connection has to say is better than that it took long. */
const CONNECT_TIMEOUT_MS = 5_000

/** Whether the server answers, and what its version means for a power cut. */
export const natsCheck = ({ natsUrl, natsUser, natsPassword }: Settings): Check<never> => ({
  what: "nats",
  look: Effect.scoped(
    Effect.gen(function* () {
      const credentials = { user: natsUser, password: Redacted.make(natsPassword) }
      const connection = yield* connectTo({
        url: natsUrl,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        ...(natsUser === "" ? {} : { credentials })
      })
      return [versionFinding(natsUrl, connection.info?.version ?? "of an unknown version")]
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
