/** On how many servers of a real cluster a journal comes to stand, who says so where they are too few, and who wins a race. */
import { jetstreamManager } from "@nats-io/jetstream"
import { connect } from "@nats-io/transport-node"
import { Effect, Layer, References } from "effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { readSettings } from "../../app/settings.ts"
import { writableJournal } from "../../app/leaves/journal.ts"
import { examine, lineOf } from "../../cli/commands/doctor/check.ts"
import { natsCheck } from "../../cli/commands/doctor/nats.ts"
import { keepsCompareAndSet } from "../../shared/journal/nats/cluster/replicas.ts"
import { NatsJournal } from "../../shared/journal/nats/nats.ts"
import { natsServerFound } from "../../shared/journal/nats/testing/testServer.ts"
import { winnersOf } from "./race.ts"
import { type Cluster, startCluster } from "./servers.ts"

describe.runIf(natsServerFound())("on a cluster of three", () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await startCluster()
  })
  afterAll(() => cluster.dispose())

  const quietly = <A, E>(work: Effect.Effect<A, E>) =>
    Effect.runPromise(Effect.provideService(work, References.MinimumLogLevel, "None"))
  const settingsWith = (env: Record<string, string>) => readSettings({ NATS_URL: cluster.url, ...env }).settings
  const replicasIn = async (...streams: ReadonlyArray<string>) => {
    const connection = await connect({ servers: cluster.url.split(",") })
    const manager = await jetstreamManager(connection)
    const found = await Promise.all(streams.map((stream) => manager.streams.info(stream)))
    await connection.close()
    return found.map(({ config }) => config.num_replicas)
  }
  const opened = (env: Record<string, string>) =>
    quietly(Effect.scoped(Layer.build(Layer.fresh(writableJournal(settingsWith(env)))).pipe(Effect.asVoid)))
  const doctor = (env: Record<string, string>) =>
    quietly(Effect.map(examine(natsCheck(settingsWith(env))), (findings) => findings.map(lineOf)))

  test("a journal and its snapshots are kept three times where that is safe, else once", async () => {
    await opened({ PAIR: "XDGUSD" })
    const replicas = keepsCompareAndSet(cluster.version) ? 3 : 1
    expect(await replicasIn("KENNEL_XDGUSD", "KV_KENNEL_XDGUSD_snapshots")).toStrictEqual([replicas, replicas])
  })

  test("what is asked for is made, and named where it is too little or not safe", async () => {
    await opened({ PAIR: "ONEUSD", NATS_REPLICAS: "1" })
    expect(await replicasIn("KENNEL_ONEUSD", "KV_KENNEL_ONEUSD_snapshots")).toStrictEqual([1, 1])
    const [, journal, snapshots] = await doctor({ PAIR: "ONEUSD", NATS_REPLICAS: "3" })
    const few = /^warn +nats +stream (KV_)?KENNEL_ONEUSD\w* has 1 replica, and should have 3: .* → .*--replicas 3$/
    expect(journal).toMatch(few)
    expect(snapshots).toMatch(few)
    await opened({ PAIR: "THREEUSD", NATS_REPLICAS: "3" })
    await cluster.whenCurrent()
    const line = keepsCompareAndSet(cluster.version)
      ? /^ok +nats +stream KENNEL_THREEUSD is on 3 of 3 servers, all current$/
      : /^fail +nats +stream KENNEL_THREEUSD has 3 replicas on nats-server .* let several writers win/
    expect((await doctor({ PAIR: "THREEUSD" }))[1]).toMatch(line)
  })

  test("more replicas than servers are refused, with what to do", async () => {
    const options = {
      url: cluster.url,
      stream: "FIVE",
      subjects: ["market.FIVE.>"],
      replicas: 5,
      connectTimeoutMs: 500
    } as const
    await expect(quietly(Effect.scoped(Layer.build(NatsJournal.layer(options))))).rejects.toThrow(
      /5 replicas need as many servers in one cluster, all up; start them, or set NATS_REPLICAS/
    )
  })

  test("of sixty writers with one expectation one wins, or the server is one that is known not to keep that", async () => {
    const winners = await quietly(winnersOf(cluster, 10))
    if (keepsCompareAndSet(cluster.version)) expect(winners).toStrictEqual(winners.map(() => 1))
    else expect(Math.min(...winners)).toBeGreaterThanOrEqual(1)
  })
})
