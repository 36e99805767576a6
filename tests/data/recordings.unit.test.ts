import { readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { describe, expect, it } from "@effect/vitest"
import { RECORDINGS } from "./make.ts"
import { candlesOf } from "./recording.ts"
import { statisticsOf } from "./statistics.ts"

const DOCUMENT = readFileSync(join(import.meta.dirname, "README.md"), "utf8")

describe("the recordings of the repository", () => {
  it.each(Object.entries(RECORDINGS))("%s is what its seed makes", (name, made) => {
    const text = gunzipSync(readFileSync(join(import.meta.dirname, name))).toString("utf8")
    expect(text === made(), `${name} is not what is made now; node tests/data/make.ts makes it again`).toBe(true)
  })

  it("have the statistics that their document says", () => {
    const stated = [...DOCUMENT.matchAll(/^\| (.+?) \| (.+?) \|/gm)].map(([, name, text]) => `${name}: ${text}`)
    const found = statisticsOf(candlesOf()).map(([name, text]) => `${name}: ${text}`)
    expect(found.filter((line) => !stated.includes(line))).toStrictEqual([])
  })
})
