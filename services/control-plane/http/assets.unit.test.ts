import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { loadAssets } from "./assets.ts"

const built = mkdtempSync(join(tmpdir(), "kennel-assets-"))
afterAll(() => rmSync(built, { recursive: true }))

describe("the page's files", () => {
  it("are none while nothing has been built", () => {
    expect(loadAssets(built)).toBeNull()
    expect(loadAssets(join(built, "nowhere"))).toBeNull()
  })

  it("are the page under both its paths, and what it consists of; those named by a digest may be kept for ever", () => {
    mkdirSync(join(built, "assets"))
    for (const name of ["index.html", "icon.svg", "assets/index-a1.js", "assets/notes.txt"]) {
      writeFileSync(join(built, name), name)
    }
    const assets = loadAssets(built)
    expect([...(assets?.keys() ?? [])].toSorted()).toEqual([
      "/",
      "/factory",
      "/page/assets/index-a1.js",
      "/page/icon.svg"
    ])
    expect(assets?.get("/page/assets/index-a1.js")?.isFixed).toBe(true)
    expect(assets?.get("/")?.isFixed).toBe(false)
  })
})
