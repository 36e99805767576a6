/** On how many servers of a real cluster a journal comes to stand, who says so where they are too few, and who wins a race. */
import { jetstreamManager } from "@nats-io/jetstream"
import { connect } from "@nats-io/transport-node"
import { Effect, Layer, References } from "effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { readSettings } from "../../app/settings.ts"
import { writableJournal } from "../../app/leaves/journal.ts"
import { examine, lineOf } from "../../cli/commands/doctor/check.ts"
import { natsCheck } from "../../cli/commands/doctor/nats.ts"
import { NatsJournal } from "../../shared/journal/nats/nats.ts"
import { clusterFound } from "./binary.ts"
import { winnersOf } from "./race.ts"
import { type Cluster, startCluster } from "./servers.ts"

describe.runIf(clusterFound())("on a cluster of three", () => {
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

  const ofReplicas = (lines: ReadonlyArray<string>) => lines.filter((line) => /stream .* (replica|servers)/.test(line))

  test("a journal and its snapshots are kept three times by themselves", async () => {
    await opened({ PAIR: "XDGUSD" })
    expect(await replicasIn("KENNEL_XDGUSD", "KV_KENNEL_XDGUSD_snapshots")).toStrictEqual([3, 3])
  })

  test("what is asked for is made, and named where it is too little", async () => {
    await opened({ PAIR: "ONEUSD", NATS_REPLICAS: "1" })
    expect(await replicasIn("KENNEL_ONEUSD", "KV_KENNEL_ONEUSD_snapshots")).toStrictEqual([1, 1])
    const [journal, snapshots] = ofReplicas(await doctor({ PAIR: "ONEUSD", NATS_REPLICAS: "3" }))
    const few = /^warn +nats +stream (KV_)?KENNEL_ONEUSD\w* has 1 replica, and should have 3: .* → .*--replicas 3$/
    expect(journal).toMatch(few)
    expect(snapshots).toMatch(few)
    await opened({ PAIR: "THREEUSD", NATS_REPLICAS: "3" })
    await cluster.whenCurrent()
    expect(ofReplicas(await doctor({ PAIR: "THREEUSD" }))[0]).toMatch(
      /^ok +nats +stream KENNEL_THREEUSD is on 3 of 3 servers, all current$/
    )
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

  test("of sixty writers with one expectation one wins", async () => {
    expect(await quietly(winnersOf(cluster, 10))).toStrictEqual(Array.from({ length: 10 }, () => 1))
  })
})
