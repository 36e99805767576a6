import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { schemaOfArgument } from "../../events/families/command.ts"
import { ACTIONS } from "./actions.ts"
import { type Action, type ActionArgument, defaultOf, defaultTextOf, rangeOf } from "./argument.ts"

const rows: ReadonlyArray<readonly [string, Action]> = Object.entries(ACTIONS)
const everyArgument = rows.flatMap(([action, { arguments: args }]) =>
  Object.values(args).map((argument) => ({ action, argument }))
)

describe("the table of actions", () => {
  it.each(everyArgument.filter(({ argument }) => defaultOf(argument) !== undefined))(
    "accepts its own default of $argument.name of $action",
    ({ argument }) => {
      expect(Schema.is(schemaOfArgument(argument))(defaultOf(argument))).toBe(true)
    }
  )

  it("gives one name one kind, because the command line has one flag for it", () => {
    const kinds = Map.groupBy(everyArgument, ({ argument }) => argument.name)
    const mixed = [...kinds].filter(([, all]) => new Set(all.map(({ argument }) => argument.kind)).size > 1)
    expect(mixed).toEqual([])
  })

  it("takes no name that every action has, or that the command line has for itself", () => {
    const taken = new Set(["action", "id", "author", "preview", "shown", "url", "name"])
    expect(everyArgument.filter(({ argument }) => taken.has(argument.name))).toEqual([])
  })
})

describe("an argument for people", () => {
  it.each<readonly [ActionArgument, string, string | null]>([
    [{ name: "a", about: "", kind: "integer", min: 1, max: 100, default: 1 }, "1–100", "1"],
    [{ name: "a", about: "", kind: "integer", above: 0 }, "above 0", null],
    [{ name: "a", about: "", kind: "percent", min: 0 }, "0 % or more", null],
    [{ name: "a", about: "", kind: "amount" }, "decimal text, 0 or more", null],
    [{ name: "a", about: "", kind: "text", default: "" }, "", null],
    [{ name: "a", about: "", kind: "choice", choices: ["x", "y", "z"], default: null, open: "any" }, "x, y or z", "any"]
  ])("%o says what is accepted, and what stands for it", (argument, range, fallback) => {
    expect(rangeOf(argument)).toBe(range)
    expect(defaultTextOf(argument)).toBe(fallback)
  })
})
