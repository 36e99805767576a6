import { describe, expect, it } from "@effect/vitest"
import type { Profiler } from "node:inspector"
import { sharesOf } from "./speed.ts"

const node = (id: number, functionName: string, url: string, children: ReadonlyArray<number> = []) => ({
  id,
  callFrame: {
    functionName,
    scriptId: "1",
    url: url === "" ? "" : `file:///kennel/${url}`,
    lineNumber: 0,
    columnNumber: 0
  },
  children: [...children]
})

const ENVELOPE = "shared/events/envelope.ts"
const FOLDS = "shared/actor/foldSet.ts"

/** One sample of each node. */
const shares = (...nodes: ReadonlyArray<ReturnType<typeof node>>) => {
  const profile: Profiler.Profile = { nodes: [...nodes], startTime: 0, endTime: 1, samples: nodes.map(({ id }) => id) }
  return Object.fromEntries(sharesOf(profile))
}

describe("the shares of a simulated second", () => {
  it("hold each look once, and together all of them", () => {
    const found = shares(
      node(1, "(root)", "", [2, 3]),
      node(2, "runLoop", "node_modules/effect/dist/internal/effect.js", [4]),
      node(3, "(garbage collector)", ""),
      node(4, "writeDue", "services/market-feed/service.ts")
    )
    expect(found).toStrictEqual({
      "the rest of node": 0.25,
      fibers: 0.25,
      "collecting garbage": 0.25,
      "shells of the services": 0.25
    })
  })

  it("give the judges what they fold and read, and the services what they do", () => {
    const found = shares(
      node(1, "take", "tests/simulate/judges/auditor.ts", [2, 3]),
      node(2, "takeDecoded", FOLDS),
      node(3, "decodeRecord", ENVELOPE),
      node(4, "take", FOLDS, [5]),
      node(5, "decodeRecord", ENVELOPE)
    )
    expect(found).toStrictEqual({ "judges, and the digest": 1 })
    const services = shares(node(4, "take", FOLDS, [5]), node(5, "decodeRecord", ENVELOPE))
    expect(services).toStrictEqual({ "decisions of the services": 0.5, "records to text and back": 0.5 })
  })

  it("count a run's loop for the world, and only what it does with a record for the judges", () => {
    const found = shares(node(1, "toItsEnd", "tests/simulate/run.ts", [2]), node(2, "record", "tests/simulate/run.ts"))
    expect(found).toStrictEqual({ "time, wires and journal of the world": 0.5, "judges, and the digest": 0.5 })
  })
})
