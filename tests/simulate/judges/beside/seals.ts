/** Seals, reckoned anew from the bytes of the records: every era follows the one before, and its digest is that of what stands there. */
import { createHash } from "node:crypto"
import type { StoredRecord } from "../../../../shared/events/envelope.ts"
import type { JournalRecord } from "../../../../shared/journal/port.ts"

/** Eras of one journal. */
export class Seals {
  private readonly problem: (text: string) => void
  /** SHA-256 of each record's place and bytes, from record 1 on. */
  private readonly hashes: Array<Buffer> = []
  /** What `EpochRaised`, `RulesAdopted` had raised by each record: ascending. */
  private readonly control: Array<{ readonly seq: number; readonly epoch: number; readonly rules: number }> = []
  /** The records behind the last era at which nobody owed an answer. */
  private rests: Array<number> = []
  private era = 0
  private to = 0
  private digest: Buffer = Buffer.alloc(32)

  constructor(problem: (text: string) => void) {
    this.problem = problem
  }

  /** Every record as it stands, whoever may read it. */
  stands({ seq, subject, id, data }: JournalRecord): void {
    this.hashes.push(createHash("sha256").update(`${seq} ${subject} ${id}\n`).update(data).digest())
  }

  /** After every fold has taken this record nobody owes an answer. */
  rested(seq: number): void {
    this.rests.push(seq)
  }

  /** A record that is read. */
  take({ seq, events }: StoredRecord): void {
    for (const event of events) {
      const last = this.control.at(-1)
      const { epoch, rules } = last ?? { epoch: 0, rules: 0 }
      if (event._tag === "EpochRaised") this.control.push({ seq, rules, epoch: Math.max(epoch, event.epoch) })
      else if (event._tag === "RulesAdopted") this.control.push({ seq, epoch, rules: Math.max(rules, event.to) })
      else if (event._tag === "EraSealed") this.sealed(seq, event)
    }
  }

  private sealed(seq: number, seal: Extract<StoredRecord["events"][number], { readonly _tag: "EraSealed" }>): void {
    const say = (text: string): void =>
      this.problem(`record ${seq}: era ${seal.era}, records ${seal.from} to ${seal.to}: ${text}`)
    if (seal.era !== this.era + 1 || seal.from !== this.to + 1) say(`follows era ${this.era}, which ends at ${this.to}`)
    if (seal.to < seal.from || seal.to >= seq) say("ends before it begins, or behind its seal")
    if (!this.rests.includes(seal.to)) say("somebody owed an answer where it ends")
    const digest = createHash("sha256").update(this.digest)
    for (const hash of this.hashes.slice(seal.from - 1, seal.to)) digest.update(hash)
    const is = digest.digest()
    if (is.toString("hex") !== seal.digest) say("the digest is not that of its records")
    const then = this.control.findLast((at) => at.seq <= seal.to)
    if (seal.control.epoch !== (then?.epoch ?? 0))
      say(`epoch ${seal.control.epoch} is sealed, and ${then?.epoch ?? 0} was in force`)
    if (then !== undefined && then.rules > 0 && seal.rulesVersion !== then.rules)
      say(`version ${seal.rulesVersion} of the rules is sealed, and ${then.rules} was in force`)
    this.rests = this.rests.filter((rest) => rest > seal.to)
    this.era = seal.era
    this.to = seal.to
    this.digest = Buffer.from(seal.digest, "hex")
  }
}
