/** The digest of an era: what its records were, byte for byte, on whatever journal they stand. */
import { hash } from "node:crypto"
import type { EventOf } from "../../events/event.ts"
import type { JournalRecord } from "../../journal/port.ts"

/** A record of an era: all that a copy of it must hold, too. When it was stored is the journal's own affair. */
type Hashed = Pick<JournalRecord, "seq" | "subject" | "id" | "data">

/** What stands before the digest of the first era. */
export const NO_ERA_BEFORE = "0".repeat(64)

/** Bytes of a record's hash that a seal keeps: enough to name a changed record, all but once in 65,536. */
const CHECK_BYTES = 2
const HASH_BYTES = 32

const recordHash = ({ seq, subject, id, data }: Hashed): Buffer => {
  // Subjects and ids have no spaces or line ends (`subjects.ts`), so no two records give the same text.
  const place = Buffer.from(`${seq} ${subject} ${id}\n`)
  return hash("sha256", Buffer.concat([place, data]), "buffer")
}

/** The hashes of an era's records, as they are read. Grows to 32 bytes a record: 2 MB for the largest era. */
export class EraHashes {
  private readonly hashes: Array<Buffer> = []

  add(record: Hashed): void {
    this.hashes.push(recordHash(record))
  }

  get count(): number {
    return this.hashes.length
  }

  /** The digest of the first `count` records, after the digest of the era before. */
  digest(before: string, count = this.count): string {
    const bytes = Buffer.alloc((count + 1) * HASH_BYTES)
    bytes.write(before, "hex")
    for (let n = 0; n < count; n++) this.hashes[n]?.copy(bytes, (n + 1) * HASH_BYTES)
    return hash("sha256", bytes, "hex")
  }

  /** What a seal keeps of the first `count` records. */
  checks(count = this.count): string {
    const kept = Buffer.alloc(count * CHECK_BYTES)
    for (let n = 0; n < count; n++) this.hashes[n]?.copy(kept, n * CHECK_BYTES, 0, CHECK_BYTES)
    return kept.toString("base64")
  }

  /**
   * The sequences of the records that are not those which were sealed, in order: none where their two bytes do not tell. Null: the
   * era is what was sealed, after an era with the digest `before`.
   */
  changed(
    seal: Pick<EventOf<"EraSealed">, "from" | "digest" | "checks">,
    before: string
  ): ReadonlyArray<number> | null {
    if (this.digest(before) === seal.digest) return null
    // As long as it must be, whatever a damaged seal keeps.
    const sealed = Buffer.alloc(this.count * CHECK_BYTES)
    Buffer.from(seal.checks, "base64").copy(sealed)
    return this.hashes.flatMap((hashed, n) =>
      hashed.compare(sealed, n * CHECK_BYTES, (n + 1) * CHECK_BYTES, 0, CHECK_BYTES) === 0 ? [] : [seal.from + n]
    )
  }
}
