/**
 * Which records must bear a mark, and of whom. A service says it itself: from its `WriterKeySet` on, everything on its subjects bears a
 * mark of that key or of a later one. What stands before is older than its key, and is believed as it always was.
 */
import { WRITERS_OF } from "../events/belonging.ts"
import { type KnownSubject, knownSubject } from "../core/ids/subjects.ts"
import type { JournalRecord } from "../journal/port.ts"
import { type Keyring, ONE_PROCESS } from "./keyring.ts"
import { isMarkOf, nameOf, readMark, type WriterKey } from "./mark.ts"

/** From which record on a service marks with this key. */
interface InForce {
  readonly number: number
  readonly from: number
}

/** A key as a mark names it; undefined: it is not here. */
interface Named {
  readonly service: string
  readonly number: number
  readonly key: WriterKey | undefined
  /** Whether every mark of its service is held to its key. */
  readonly held: boolean
  /** It is that of the process that is all services, and may write everywhere. */
  readonly everywhere: boolean
  /** Of its marks: up to what the key makes. */
  readonly beginning: string
  readonly markLength: number
}

/** Families whose subject names nobody that writes there. */
const SLOTS = "slot"
const SLOT_ACTOR = "slot-actor"

/** Who may write on a subject, by the name of its keys. */
const ownersOf = ({ subject, standing: { family } }: KnownSubject): ReadonlyArray<string> => {
  if (family === SLOTS) return [SLOT_ACTOR]
  if (family !== "control") return WRITERS_OF[family] ?? []
  const [, , , owner] = subject.split(".")
  return owner === undefined ? [] : [owner]
}

/** Beginnings of marks remembered: whoever may write can make up as many as he likes. */
const NAMES_KEPT = 1_024

const NONE: ReadonlyArray<InForce> = []

/** What marks say, record after record. */
export class Demands {
  /** Marks that were held to their key, and those whose key is not here. */
  readonly counts = { checked: 0, unchecked: 0, none: 0 }
  private readonly ring: Keyring
  private readonly inForce = new Map<string, Array<InForce>>()
  private readonly owners = new WeakMap<KnownSubject, ReadonlyArray<string>>()
  /** The keys that marks have named, and that of the last one. */
  private readonly named = new Map<string, Named>()
  private last: Named | null = null

  constructor(ring: Keyring) {
    this.ring = ring
  }

  /** A service marks with this key from record `from` on. */
  set(service: string, number: number, from: number): void {
    const known = this.inForce.get(service) ?? []
    const same = known.find((one) => one.number === number)
    if (same !== undefined && same.from <= from) return
    const others = known.filter((one) => one !== same)
    this.inForce.set(
      service,
      [...others, { number, from }].sort((a, b) => a.from - b.from)
    )
  }

  /** The number of the key that a service marks with at a record; 0: none yet. */
  at(service: string, seq: number): number {
    const known = this.inForce.get(service) ?? NONE
    let number = 0
    for (let at = 0; at < known.length; at++) {
      const one = known[at] as InForce
      if (one.from <= seq && one.number > number) number = one.number
    }
    return number
  }

  /** Why a record is not to be believed, by its mark; null: nothing speaks against it. */
  objectionTo(record: JournalRecord): string | null {
    const { mark, seq, subject } = record
    if (mark === undefined) {
      this.counts.none++
      const owner = [ONE_PROCESS, ...this.ownersOf(subject)].find((service) => this.at(service, seq) > 0)
      return owner === undefined
        ? null
        : `it bears no mark, and from record ${this.from(owner)} on all of ${owner} do${ADVICE}`
    }
    const name = this.read(mark)
    if (name === null) return `its mark is none: ${JSON.stringify(mark.slice(0, 64))}${ADVICE}`
    const { service, number, key } = name
    if (!name.everywhere && !this.ownersOf(subject).includes(service)) {
      return `it bears a mark of ${service}, who does not write on this subject${ADVICE}`
    }
    if (!name.held && !this.ownersOf(subject).some((owner) => this.ring.checked.has(owner))) {
      this.counts.unchecked++
      return null
    }
    // What is said of a key that cannot be checked retires none.
    const newest = this.at(service, seq)
    if (number < newest)
      return `it bears a mark of key ${number} of ${service}, and by then key ${newest} was in force${ADVICE}`
    if (key === undefined) {
      return `it bears a mark of key ${number} of ${service}, which is not among the keys of this process: give it that one (JOURNAL_KEYS)`
    }
    if (key.secret.length === 0) {
      this.counts.unchecked++
      return null
    }
    if (!isMarkOf(key, record, mark)) {
      return `its mark is not what key ${number} of ${service} makes of it: it was changed, or somebody else wrote it${ADVICE}`
    }
    this.counts.checked++
    if (number > newest) this.set(service, number, seq)
    return null
  }

  private from(service: string): number {
    return this.inForce.get(service)?.[0]?.from ?? 0
  }

  private ownersOf(text: string): ReadonlyArray<string> {
    const subject = knownSubject(text)
    let owners = this.owners.get(subject)
    if (owners === undefined) this.owners.set(subject, (owners = ownersOf(subject)))
    return owners
  }

  /** Whose mark it is. In a row they are mostly of one key: that one is found by how its marks begin. */
  private read(mark: string): Named | null {
    const { last } = this
    if (last !== null && mark.length === last.markLength && mark.startsWith(last.beginning)) return last
    const beginning = mark.slice(0, mark.lastIndexOf(".") + 1)
    let named = this.named.get(beginning)
    if (named === undefined || named.markLength !== mark.length) {
      const read = readMark(mark)
      if (read === null) return null
      const { keys, checked } = this.ring
      const { service, number } = read
      const [key, held, everywhere] = [keys.get(nameOf(read)), checked.has(service), service === ONE_PROCESS]
      named = { service, number, key, held, everywhere, beginning, markLength: mark.length }
      if (this.named.size < NAMES_KEPT) this.named.set(beginning, named)
    }
    this.last = named
    return named
  }
}

/** What to do about a record that is not believed. */
const ADVICE = "; compare it with a copy of the journal, and restore that or exclude the record (kennel journal skip)"
