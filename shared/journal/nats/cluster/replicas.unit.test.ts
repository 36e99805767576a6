/** On how many servers a journal is kept, by what the server says of itself. */
import { describe, expect, it } from "vitest"
import { type Greeting, keepsCompareAndSet, replicaProblem, replicasOn, replicasToTry } from "./replicas.ts"

const alone: Greeting = { version: "2.15.1" }
const cluster = (servers: number, version = "2.15.1"): Greeting => ({
  version,
  cluster: "kennel",
  connect_urls: Array.from({ length: servers }, (_, place) => `10.0.0.${place}:4222`)
})

describe("compare-and-set among replicas", () => {
  it.each([
    ["2.9.10", false],
    ["2.10.27", false],
    ["2.11.0", true],
    ["2.15.1", true],
    ["3.0.0-beta", true],
    ["unknown", false]
  ])("on nats-server %s is kept: %s", (version, kept) => {
    expect(keepsCompareAndSet(version)).toBe(kept)
  })
})

describe("a new journal", () => {
  it.each([
    { on: "one server", greeting: alone, replicas: 1 },
    { on: "a cluster that names two", greeting: cluster(2), replicas: 1 },
    { on: "a cluster of three", greeting: cluster(3), replicas: 3 },
    { on: "a cluster of five", greeting: cluster(5), replicas: 3 },
    { on: "a cluster of three that is too old", greeting: cluster(3, "2.10.27"), replicas: 1 }
  ])("on $on has replicas: $replicas", ({ greeting, replicas }) => {
    expect(replicasOn(greeting, "auto")).toBe(replicas)
  })

  it("has what is asked for, wherever", () => {
    expect(replicasOn(alone, 5)).toBe(5)
    expect(replicasOn(cluster(3, "2.9.10"), 3)).toBe(3)
    expect(replicasToTry(cluster(5), 1)).toStrictEqual([1])
  })

  it("is tried with three, then with one, on a cluster that does not name three servers yet", () => {
    expect(replicasToTry(cluster(1), "auto")).toStrictEqual([3, 1])
    expect(replicasToTry(cluster(3), "auto")).toStrictEqual([3])
    expect(replicasToTry(cluster(1, "2.9.10"), "auto")).toStrictEqual([1])
    expect(replicasToTry(alone, "auto")).toStrictEqual([1])
  })
})

describe("a journal that is there", () => {
  it("is fine with as many replicas as it should have, or more", () => {
    expect(replicaProblem(alone, "auto", "TEST", 1)).toBeNull()
    expect(replicaProblem(cluster(3), "auto", "TEST", 3)).toBeNull()
    expect(replicaProblem(cluster(5), "auto", "TEST", 5)).toBeNull()
    expect(replicaProblem(cluster(3), 1, "TEST", 1)).toBeNull()
  })

  it("with fewer is named, with how to raise them", () => {
    const problem = replicaProblem(cluster(3), "auto", "TEST", 1)
    expect(problem?.kind).toBe("few")
    expect(problem?.finding).toBe("stream TEST has 1 replica, and should have 3: the cluster names 3 servers")
    expect(problem?.advice).toMatch(/nats stream edit TEST --replicas 3$/)
    expect(replicaProblem(cluster(5), 5, "TEST", 3)?.kind).toBe("few")
  })

  it("with several on servers that are too old is unsafe", () => {
    const problem = replicaProblem(cluster(3, "2.9.10"), 3, "TEST", 3)
    expect(problem?.kind).toBe("unsafe")
    expect(problem?.finding).toMatch(/^stream TEST has 3 replicas on nats-server 2\.9\.10, whose clusters let several/)
  })
})
