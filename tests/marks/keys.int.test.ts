/** Keys of an embedded journal: made once, kept, replaced, lost. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Exit, Cause } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { keyFile, writableJournal } from "../../app/leaves/journal.ts"
import { Journal } from "../../shared/journal/port.ts"
import { MarkCounts } from "../../shared/signing/signedJournal.ts"
import { minutes, on, settingsIn } from "./market.ts"

let directory = ""
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "kennel-keys-"))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const settings = () => settingsIn(directory)
const writes = (from: number, to: number) => on(writableJournal(settings()), minutes(settings(), from, to))
const secret = "ab".repeat(32)
const head = Effect.flatMap(Journal, (journal) => journal.head)

describe("the key of a journal in one process", () => {
  it("is said once, however often the market starts", async () => {
    await writes(1, 2)
    const before = readFileSync(keyFile(settings()), "utf8")
    await writes(3, 4)
    expect(readFileSync(keyFile(settings()), "utf8")).toBe(before)
    expect(await on(writableJournal(settings()), head)).toBe(5)
  })

  it("that is another than the journal's writes nothing, and says what to do", async () => {
    await writes(1, 2)
    writeFileSync(keyFile(settings()), `kennel-up=1:${secret}\n`)
    const exit = await Effect.runPromiseExit(Effect.provide(minutes(settings(), 3, 4), writableJournal(settings())))
    const said = Exit.isFailure(exit) ? String(Cause.squash(exit.cause)) : "written"
    expect(said).toMatch(
      /key 1 of kennel-up \(fingerprint [0-9a-f]{16}\).*put back the keys that belong to this journal/
    )
    expect(said).not.toContain(secret)
  })

  it("that is lost is replaced by the next, and its marks are believed unchecked because an operator says so", async () => {
    await writes(1, 2)
    writeFileSync(keyFile(settings()), `kennel-up=2:${secret},1:lost\n`)
    await writes(3, 4)
    const counted = Effect.gen(function* () {
      const journal = yield* Journal
      const objections: Array<unknown> = []
      for (let seq = 1; seq <= (yield* journal.head); seq++) objections.push((yield* journal.get(seq))?.objection)
      return { objections, counts: { ...(yield* MarkCounts) } }
    })
    const { objections, counts } = await on(writableJournal(settings()), counted)
    expect(objections).toEqual([undefined, undefined, undefined, undefined, undefined, undefined])
    expect(counts).toMatchObject({ checked: 3, unchecked: 3 })
  })

  it("that cannot be read refuses the start, and names the file and not the key", async () => {
    writeFileSync(keyFile(settings()), `kennel-up=1:${secret}x\n`)
    const exit = await Effect.runPromiseExit(Effect.provide(head, writableJournal(settings())))
    const said = Exit.isFailure(exit) ? String(Cause.squash(exit.cause)) : "opened"
    expect(said).toMatch(/JOURNAL_KEYS: .*journal\.keys: a key of kennel-up is not <number>:<64 hexadecimal digits>/)
    expect(said).not.toContain(secret)
  })
})
