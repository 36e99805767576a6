import { describe, expect, it } from "vitest"
import type { Setting } from "../../kit/payloads.ts"
import { groupsOf } from "./configModel.ts"

const setting = (name: string, group: string, source: Setting["source"] = "default"): Setting => ({
  name,
  group,
  value: "1",
  default: "1",
  unit: "",
  accepted: "",
  about: `what ${name.toLowerCase()} does`,
  source,
  set_by: null,
  secret: false
})
const all = [setting("ENTRY_PCT", "slot"), setting("PORT", "page", "environment"), setting("PROFIT_PCT", "slot")]
const names = (search: string, changedOnly = false) =>
  groupsOf(all, search, changedOnly).map(({ group, settings }) => [group, settings.map(({ name }) => name)])

describe("settings", () => {
  it("stand in their groups", () => {
    expect(names("")).toEqual([
      ["slot", ["ENTRY_PCT", "PROFIT_PCT"]],
      ["page", ["PORT"]]
    ])
  })

  it("are found by every word of what is looked for, wherever it stands", () => {
    expect(names("slot profit")).toEqual([["slot", ["PROFIT_PCT"]]])
    expect(names("nothing")).toEqual([])
  })

  it("can be those alone that somebody has set", () => {
    expect(names("", true)).toEqual([["page", ["PORT"]]])
  })
})
