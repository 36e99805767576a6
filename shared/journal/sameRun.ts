/**
 * Whether two journals tell the same: every record's place, subject and envelope, without what names the run that wrote it. That is
 * the record's id (part of it is drawn anew by each process), what the machine's clock said (`adoptedMs`, `sealedMs`, when it was
 * stored), whose key marks its records, and a seal's digests, which hold the ids. Everything else is compared to the byte: times of the exchange, causes, client
 * ids, txids, fills, and the order of records across all subjects.
 */
import { createHash } from "node:crypto"
import type { JournalRecord } from "./port.ts"

const OF_ITS_RUN: ReadonlySet<string> = new Set(["adoptedMs", "sealedMs", "digest", "checks", "fingerprint"])
const CARRIERS: ReadonlySet<string> = new Set(["RulesAdopted", "EraSealed", "WriterKeySet"])
const text = new TextDecoder("utf-8", { fatal: true })

/** One record as every run of the same market writes it. Throws a SyntaxError for one that is no JSON. */
export const tellingOf = ({ seq, subject, data }: Pick<JournalRecord, "seq" | "subject" | "data">): string => {
  const raw = text.decode(data)
  // Few records carry such a figure: the others are compared as they were written.
  const told = [...CARRIERS].some((tag) => raw.includes(`"${tag}"`)) ? JSON.stringify(JSON.parse(raw, withoutRun)) : raw
  return `${seq} ${subject} ${told}\n`
}

const withoutRun = (key: string, value: unknown): unknown => (OF_ITS_RUN.has(key) ? undefined : value)

/** The digest of what records tell, in their order. */
export class SameRunDigest {
  private readonly hash = createHash("sha256")
  records = 0

  add(record: Pick<JournalRecord, "seq" | "subject" | "data">): void {
    this.hash.update(tellingOf(record))
    this.records++
  }

  /** SHA-256 in hex; nothing can be added any more. */
  end(): string {
    return this.hash.digest("hex")
  }
}
