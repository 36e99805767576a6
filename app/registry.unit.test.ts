import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { standingOf } from "../shared/core/ids/subjects.ts"
import { CONTROL_OF, WRITERS_OF } from "../shared/events/belonging.ts"
import { decidersOf, SERVICES } from "./registry.ts"

const FOLDER = join(import.meta.dirname, "../services")
const names = SERVICES.map(({ name }) => name)

describe("the registry", () => {
  it("lists every service that has a manifest, under the name of its folder", () => {
    const folders = readdirSync(FOLDER).filter((name) => existsSync(join(FOLDER, name, "manifest.ts")))
    expect([...names].toSorted()).toStrictEqual(folders.toSorted())
  })

  it("knows every actor that decides by one name, and a subject on which it alone may write", () => {
    const actors = decidersOf([1, 2]).map(({ name }) => name)
    expect(new Set(actors).size).toBe(actors.length)
    expect(actors).toEqual(expect.arrayContaining(["slot-1", "slot-2", "governor", "rebalancer"]))
    const written = SERVICES.flatMap(({ writes }) => writes)
    for (const actor of actors) {
      expect(
        written.filter((subject) => subject === `out.${actor}` || (subject === "out.*" && actor.startsWith("slot-")))
      ).toHaveLength(1)
    }
  })

  it("has its services write the families that records of theirs are bound to", () => {
    const said = SERVICES.filter((service) => service.journal !== "exchange").flatMap(({ name, writes }) =>
      writes.map((subject) => `${standingOf(`market.X.${subject.replace("*", "slot-1")}`).family} ${name}`)
    )
    const bound = Object.entries(WRITERS_OF).flatMap(([family, writers]) => writers.map((name) => `${family} ${name}`))
    const about = said.filter((line) => (WRITERS_OF[line.split(" ")[0] ?? ""] ?? []).length > 0)
    expect(bound.toSorted()).toEqual([...new Set([...about, "seal operator"])].toSorted())
  })

  it("binds the control records of everybody that stands on the market's journal", () => {
    const standing = SERVICES.filter(
      ({ journal = "market", needs }) => journal === "market" && needs.some((need) => need === "journal")
    ).map(({ name }) => name)
    expect(Object.keys(CONTROL_OF).toSorted()).toEqual([...standing, "operator", "kennel-up"].toSorted())
  })

  it("has one service that sends orders, one that fits models, and one that counts trades", () => {
    const named = (what: "watchesOrders" | "fitsModels" | "countsTrades") =>
      SERVICES.filter((service) => service[what] === true).map(({ name }) => name)
    expect(named("watchesOrders")).toStrictEqual(["order-gateway"])
    expect(named("fitsModels")).toStrictEqual(["hmm-advisor"])
    expect(named("countsTrades")).toStrictEqual(["market-context"])
  })
})
