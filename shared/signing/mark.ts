/**
 * The mark of a record: who wrote it, with which of its keys, and what that key makes of its subject, its id and its bytes.
 *
 * `<service>.<number of the key>.<22 characters>`: the last are 128 bits, in base64, of SHA-256 over the key (32 bytes), the subject,
 * the id and the data. Half of the hash is kept back, so nobody can append to what was hashed without the key. One call of
 * `crypto.hash`: `createHmac` costs some twenty times as much, Ed25519 more than a hundred times (decision 20).
 */
import { hash } from "node:crypto"
import type { JournalRecord } from "../journal/port.ts"

/** A key of a service. Never shown, never in a record. */
export interface WriterKey {
  readonly service: string
  /** 1, and one more each time the service gets a new one. */
  readonly number: number
  /** 32 bytes; none of a key that is lost, whose marks nobody can check any more. */
  readonly secret: Buffer
}

/** As much of a record as its mark covers. */
export type Marked = Pick<JournalRecord, "subject" | "id" | "data">

/** Bytes of a key. */
export const KEY_BYTES = 32
/** Characters of a mark that the key makes: 128 bits. */
const MAC_LENGTH = 22

/** Between subject, id and data: neither of the first two may hold it. */
const LINE_END = 10

/** Most records are shorter. */
const SCRATCH_BYTES = 8_192
/** For one mark: key, subject, id and data in a row. The key stays from one record to the next. */
const scratch = Buffer.allocUnsafe(SCRATCH_BYTES)
let keyInScratch: Buffer | null = null
/** Its beginnings by their length, as they are met: a new view costs a tenth of a mark. */
const beginnings: Array<Buffer | undefined> = Array.from({ length: SCRATCH_BYTES + 1 })

const roomFor = (length: number, secret: Buffer): Buffer => {
  if (length > SCRATCH_BYTES) return Buffer.concat([secret], length)
  if (keyInScratch !== secret) scratch.set(secret)
  keyInScratch = secret
  return (beginnings[length] ??= scratch.subarray(0, length))
}

const macOf = ({ secret }: WriterKey, { subject, id, data }: Marked): string => {
  const all = roomFor(KEY_BYTES + subject.length + id.length + 2 + data.byteLength, secret)
  let at = KEY_BYTES + all.write(subject, KEY_BYTES, "latin1")
  all[at++] = LINE_END
  at += all.write(id, at, "latin1")
  all[at++] = LINE_END
  all.set(data, at)
  return hash("sha256", all, "base64").slice(0, MAC_LENGTH)
}

/** The key's name as it stands in marks. */
export const nameOf = ({ service, number }: Pick<WriterKey, "service" | "number">): string => `${service}.${number}`

/** What a key's marks begin with. A process marks with one key, and checks marks of some. */
const beginningOf = (key: WriterKey): string => {
  let known = MARK_BEGINNINGS.get(key)
  if (known === undefined) MARK_BEGINNINGS.set(key, (known = `${nameOf(key)}.`))
  return known
}
const MARK_BEGINNINGS = new WeakMap<WriterKey, string>()

/** The mark that a key makes of a record. */
export const markOf = (key: WriterKey, record: Marked): string => beginningOf(key) + macOf(key, record)

/**
 * Whether this is the key's mark of the record. Compared as text: who tries marks learns nothing of how long that took, because records
 * are not answered.
 */
export const isMarkOf = (key: WriterKey, record: Marked, mark: string): boolean =>
  mark.endsWith(macOf(key, record)) && mark.length === beginningOf(key).length + MAC_LENGTH

/** What a key may be called in public: half of its hash. Tells a wrong file from the right one, and nothing of the key. */
export const fingerprintOf = ({ secret }: WriterKey): string => hash("sha256", secret, "hex").slice(0, 16)

const SHAPE = /^([a-z][a-z-]{0,30})\.([1-9]\d{0,5})\.[A-Za-z0-9+/]{22}$/

/** Whose key a mark names; null: this is no mark. */
export const readMark = (mark: string): { readonly service: string; readonly number: number } | null => {
  const [, service, number] = SHAPE.exec(mark) ?? []
  return service === undefined ? null : { service, number: Number(number) }
}
