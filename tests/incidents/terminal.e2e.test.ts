/** The view of `kennel replay` on a terminal: keys are pressed, and the screens that follow are read. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { requireBinary } from "../../shared/testing/requires.ts"

const ROOT = resolve(import.meta.dirname, "../..")

let data = ""
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), "kennel-terminal-"))
})
afterAll(() => rmSync(data, { recursive: true, force: true }))

/** A key, and what the screen after it must show. */
const PRESSED: ReadonlyArray<readonly [key: string, shows: RegExp]> = [
  ["\u001b[D", /record 1700 of 1733 .* 42 changed/],
  ["\u001b[C", /record 1701 of 1733 .* 42 changed/],
  ["/halted\r", /\/halted\r?\n[^]*␛\[7mbook\.halted\.0 {2}"order 46 has no volume" {2}was \(nothing\)␛\[0m/],
  ["/#46.volume\r", /\/#46\.volume\r?\n[^]*book\.orders\.#46\.volume {2}0 DOGE/],
  ["/\r", /record 1701 of 1733 [^/\r\n]*\r?\n/],
  ["\t", /record 1701 of 1733 {2}\S+ \S+ {2}(?!slot-1 )\S+ {2}\d+ changed/],
  ["g1690\r", /record 1690 of 1733 /],
  ["\u001b[H", /record 1640 of 1733 /]
]

const script = requireBinary("script")

describe.runIf(script !== null)("the view of a past on a terminal", () => {
  it("goes by record, decision and place, highlights what changed, searches, and leaves the terminal as it was", async () => {
    const command = `stty cols 160 rows 40; '${process.execPath}' cli/main.ts replay tests/incidents/slot-broken.kennel --at 1701 --slot 1`
    const view = spawn(script ?? "", ["-qec", command, "/dev/null"], {
      cwd: ROOT,
      env: { PATH: process.env["PATH"] ?? "", DATA_DIR: data, TERM: "xterm" }
    })
    let screen = ""
    let told = (): void => {}
    view.stdout.setEncoding("utf8").on("data", (text: string) => {
      screen += text.replaceAll("\u001b", "␛")
      told()
    })
    const ended = once(view, "exit")
    const shows = (what: RegExp) =>
      new Promise<void>((done) => {
        told = () => (what.test(screen) ? done() : undefined)
        told()
      })
    await shows(/record 1701 of 1733 [^]*q quit/)
    for (const [key, what] of PRESSED) {
      screen = ""
      view.stdin.write(key)
      await shows(what)
    }
    screen = ""
    view.stdin.write("q")
    const [code] = (await ended) as [number | null]
    expect(screen).toContain("␛[?25h␛[?1049l")
    expect(code).toBe(0)
  }, 120_000)
})
