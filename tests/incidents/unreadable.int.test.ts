/** What is said of a file that is no journal, or half of one: what is wrong with it and what to do, not what gzip or the system calls it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gunzipSync, gzipSync } from "node:zlib"
import { afterAll, beforeAll, expect, it } from "vitest"
import { messageOf } from "../../shared/core/messageOf.ts"
import { readJournalFile } from "../../shared/archive/journalFile.ts"

let directory = ""
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "kennel-unreadable-"))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const lines = ['{"seq":1', "x"].join("\n")
const packed = gzipSync(Buffer.from(Array.from({ length: 2_000 }, (_, n) => `${n * 7_919}`).join(" ")))

const problemOf = async (name: string, content: Uint8Array | null): Promise<string> => {
  const file = join(directory, name)
  if (content !== null) writeFileSync(file, content)
  const message = await readJournalFile(file).then(() => "it can be read", messageOf)
  return message.replace(`${file}: `, "")
}

it.each([
  ["a file that is not there", "absent.kennel", null, "no such file"],
  [
    "text under the name of a bundle",
    "text.kennel",
    Buffer.from("hello"),
    "is named .kennel and is not packed; kennel journal export writes such a file"
  ],
  [
    "text under the name of a packed file",
    "lines.jsonl.gz",
    Buffer.from(lines),
    "is named .gz and is not packed; name it without .gz"
  ],
  [
    "a bundle that was cut in the middle",
    "half.kennel",
    packed.subarray(0, packed.length / 2),
    "cannot be unpacked to its end (unexpected end of file); fetch it again"
  ],
  [
    "an empty bundle",
    "empty.kennel",
    Buffer.alloc(0),
    "cannot be unpacked to its end (unexpected end of file); fetch it again"
  ]
])("%s is named with what to do", async (_what, name, content, problem) => {
  expect(await problemOf(name, content)).toBe(problem)
})

it("a bundle that ends where its lines end, but without its last one, was not written to its end", async () => {
  const whole = gunzipSync(readFileSync(join(import.meta.dirname, "slot-broken.kennel"))).toString()
  const without = `${whole.trimEnd().split("\n").slice(0, -1).join("\n")}\n`
  expect(await problemOf("unfinished.kennel", gzipSync(without))).toMatch(
    /has no last line: it was not written to its end/
  )
})
