/** `nats.conf` as it ships, on a real server: its users, and what each of them may write. */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { connect, type NatsConnection } from "@nats-io/transport-node"
import { Redacted } from "effect"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { NatsJournal } from "../../shared/journal/nats/nats.ts"
import { type NatsServer, startNatsServer } from "../../shared/journal/nats/testing/testServer.ts"
import { findBinary } from "../../shared/testing/requires.ts"

/** The pair of the shipped configuration. */
export const PAIR = "XDGUSD"
/** Its stream. */
export const STREAM = `KENNEL_${PAIR}`
/** Its subjects. */
export const market = marketSubjects(PAIR)

/** One subject of every family that is not everybody's. */
const ONE_OF_EACH = [
  market.price,
  market.clock,
  market.account,
  market.quarantine,
  market.order(3),
  market.out("slot-3"),
  market.out("governor"),
  market.out("rebalancer"),
  market.regime,
  market.closedCandle("1m"),
  market.context("today"),
  market.command("c1"),
  market.lease("telegram"),
  market.seal
]

/** Who may write what, beside its control records. */
const FAMILIES_OF: Readonly<Record<string, ReadonlyArray<string>>> = {
  "market-feed": [market.price, market.clock, market.quarantine],
  "slot-actor": [market.out("slot-3")],
  governor: [market.out("governor")],
  rebalancer: [market.out("rebalancer")],
  "hmm-advisor": [market.regime],
  "ohlcv-ingestor": [market.closedCandle("1m")],
  "market-context": [market.context("today")],
  projector: [],
  "order-gateway": [market.account, market.quarantine, market.order(3)],
  "control-plane": [market.command("c1"), market.lease("telegram")],
  "journal-keeper": [market.seal],
  operator: [market.seal]
}
/** Everybody who stands on the market's journal. */
export const MARKET_USERS = Object.keys(FAMILIES_OF)

/** Who may write what: everybody's control records stand on a subject of its own. */
export const WRITES: Readonly<Record<string, ReadonlyArray<string>>> = Object.fromEntries(
  MARKET_USERS.map((user) => [user, [...(FAMILIES_OF[user] ?? []), market.control(user)]])
)

/** One subject of every family of the market, and everybody's of control. */
export const SUBJECTS = [...ONE_OF_EACH, ...MARKET_USERS.map(market.control)]

/** What a user logs in with here. */
export const passwordOf = (user: string): string => `test-${user}`

/** The shipped configuration with passwords written in, and without the key that servers before 2.10 do not know. */
const testConfiguration = (version: string): string => {
  const [, major = 0, minor = 0] = (/v(\d+)\.(\d+)/.exec(version) ?? []).map(Number)
  const knowsSyncInterval = major > 2 || (major === 2 && minor >= 10)
  return readFileSync(join(import.meta.dirname, "../../nats.conf"), "utf8")
    .replaceAll(
      /user: (\S+)\n(\s+)password: \$\w+/g,
      (_all, user, indent) => `user: ${user}\n${indent}password: ${passwordOf(user)}`
    )
    .replaceAll(/^(?:listen|http|\s+store_dir):.*$/gm, "")
    .replaceAll(/^\s+sync_interval:.*$/gm, (line) => (knowsSyncInterval ? line : ""))
}

/** The server, and one connection for each user that asks: no more than the configuration lets it have. */
export interface ShippedServer extends NatsServer {
  readonly connectAs: (user: string, pass?: string) => Promise<NatsConnection>
  /** The market's journal as this user opens it. */
  readonly journalOf: (user: string) => ReturnType<typeof NatsJournal.layer>
}

/** Starts the newest server found with the configuration as it ships, but for what `change` makes of it. The caller disposes of it. */
export const startShipped = async (change: (config: string) => string = (config) => config): Promise<ShippedServer> => {
  const version = execFileSync(findBinary("nats-server") ?? "", ["--version"], { encoding: "utf8" })
  const server = await startNatsServer({ config: change(testConfiguration(version)) })
  const connections = new Map<string, NatsConnection>()
  return {
    ...server,
    connectAs: async (user, pass) => {
      const known = pass === undefined ? connections.get(user) : undefined
      if (known !== undefined) return known
      const connection = await connect({ servers: server.url, user, pass: pass ?? passwordOf(user), timeout: 5_000 })
      if (pass === undefined) connections.set(user, connection)
      return connection
    },
    journalOf: (user) =>
      NatsJournal.layer({
        url: server.url,
        stream: STREAM,
        subjects: [market.everything],
        credentials: { user, password: Redacted.make(passwordOf(user)) }
      }),
    dispose: async () => {
      await Promise.all([...connections.values()].map((connection) => connection.close()))
      await server.dispose()
    }
  }
}
