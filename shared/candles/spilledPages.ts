/** Pages of a file's rows: the first few in memory, the others in a temporary file. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import { pageBytes, type Pages } from "./core/file/records.ts"

/** A month of minutes has six pages and never sees the disk; more would be memory that grows with the file. */
const IN_MEMORY = 16
const PAGE_ROWS = 8_192
const PAGE_SIZE = pageBytes(PAGE_ROWS)

/** Pages that live as long as the scope. The file lies where the system keeps temporary ones (`TMPDIR`): 76 bytes a row. */
export const spilledPages: Effect.Effect<Pages, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => new SpilledPages()),
    (pages) => Effect.sync(() => pages.close())
  ),
  (pages) => pages
)

class SpilledPages implements Pages {
  readonly rows = PAGE_ROWS
  private readonly inMemory: Array<Uint8Array> = []
  private spill: { readonly folder: string; readonly handle: number } | null = null

  write(number: number, page: Uint8Array): void {
    if (number < IN_MEMORY) {
      this.inMemory[number] = page.slice()
      return
    }
    this.spill ??= openSpill()
    writeWhole(this.spill.handle, page, (number - IN_MEMORY) * PAGE_SIZE)
  }

  read(number: number, into: Uint8Array): void {
    const page = this.inMemory[number]
    if (page !== undefined) into.set(page)
    else if (this.spill !== null) readSync(this.spill.handle, into, 0, PAGE_SIZE, (number - IN_MEMORY) * PAGE_SIZE)
  }

  close(): void {
    if (this.spill === null) return
    closeSync(this.spill.handle)
    rmSync(this.spill.folder, { recursive: true, force: true })
  }
}

const openSpill = () => {
  const folder = mkdtempSync(join(tmpdir(), "kennel-rows-"))
  const file = join(folder, "rows")
  const handle = openSync(file, "w+", 0o600)
  // A process that is killed leaves nothing behind. Where an open file cannot be deleted it goes with `close`.
  rmSync(folder, { recursive: true, force: true, maxRetries: 0 })
  return { folder, handle }
}

const writeWhole = (handle: number, page: Uint8Array, position: number): void => {
  for (let done = 0; done < page.length;) done += writeSync(handle, page, done, page.length - done, position + done)
}
