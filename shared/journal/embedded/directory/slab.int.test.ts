/** What records keep of memory that is not theirs. */
import { Context, Effect, Layer } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { Journal } from "../../port.ts"
import { EmbeddedJournal } from "../embedded.ts"
import { SLAB_BYTES } from "./slab.ts"

const directory = mkdtempSync(join(tmpdir(), "kennel-slab-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const RECORDS = 400
const DATA = 300

it("records that are kept for readers keep no memory of others, whatever the process makes of small buffers meanwhile", async () => {
  const kept = await Effect.runPromise(
    Effect.gen(function* () {
      const journal = Context.get(yield* Layer.build(EmbeddedJournal.layer({ directory })), Journal)
      const held: Array<Uint8Array> = []
      for (let n = 1; n <= RECORDS; n++) {
        yield* journal.append({ subject: "market.TEST.price", id: `r-${n}`, data: new Uint8Array(DATA).fill(n) })
        // A busy process: enough small buffers between two records to begin a new block of Node's own pool.
        for (let made = 0; made < Buffer.poolSize; made += 4_000) Buffer.from("x".repeat(4_000))
        const record = yield* journal.get(n)
        if (record !== null) held.push(record.data)
      }
      return held
    }).pipe(Effect.scoped)
  )
  const blocks = new Set(kept.map(({ buffer }) => buffer))
  const bytes = [...blocks].reduce((sum, { byteLength }) => sum + byteLength, 0)
  expect(kept.map(({ length }) => length)).toStrictEqual(Array.from({ length: RECORDS }, () => DATA))
  // Their frames are some 60 bytes longer than what they carry.
  expect(bytes).toBeLessThan(RECORDS * (DATA + 100) + 2 * SLAB_BYTES)
})
