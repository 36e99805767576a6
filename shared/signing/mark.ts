/**
 * The mark of a record: who wrote it, with which of its keys, and what that key makes of its subject, its id and its bytes.
 *
 * `<service>.<number of the key>.<22 characters>`: the last are 128 bits, in base64, of SHA-256 over the key (32 bytes), the subject,
 * the id and the data. Half of the hash is kept back, so nobody can append to what was hashed without the key. One call of
 * `crypto.hash`: `createHmac` costs some seven times as much, Ed25519 some sixty times (decision 20).
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

/** For one mark; as large as the largest record that was marked or checked. */
let scratch = Buffer.allocUnsafe(8_192)

const macOf = ({ secret }: WriterKey, { subject, id, data }: Marked): string => {
  const length = KEY_BYTES + subject.length + id.length + 2 + data.byteLength
  if (length > scratch.length) scratch = Buffer.allocUnsafe(2 * length)
  secret.copy(scratch)
  let at = KEY_BYTES
  at += scratch.write(subject, at, "latin1")
  scratch[at++] = LINE_END
  at += scratch.write(id, at, "latin1")
  scratch[at++] = LINE_END
  scratch.set(data, at)
  return hash("sha256", scratch.subarray(0, length), "base64").slice(0, MAC_LENGTH)
}

/** The key's name as it stands in marks. */
export const nameOf = ({ service, number }: Pick<WriterKey, "service" | "number">): string => `${service}.${number}`

/** The mark that a key makes of a record. */
export const markOf = (key: WriterKey, record: Marked): string => `${nameOf(key)}.${macOf(key, record)}`

/**
 * Whether this is the key's mark of the record. Compared as text: who tries marks learns nothing of how long that took, because records
 * are not answered.
 */
export const isMarkOf = (key: WriterKey, record: Marked, mark: string): boolean =>
  mark.endsWith(macOf(key, record)) && mark.length === nameOf(key).length + 1 + MAC_LENGTH

/** What a key may be called in public: half of its hash. Tells a wrong file from the right one, and nothing of the key. */
export const fingerprintOf = ({ secret }: WriterKey): string => hash("sha256", secret, "hex").slice(0, 16)

const SHAPE = /^([a-z][a-z-]{0,30})\.([1-9]\d{0,5})\.[A-Za-z0-9+/]{22}$/

/** Whose key a mark names; null: this is no mark. */
export const readMark = (mark: string): { readonly service: string; readonly number: number } | null => {
  const [, service, number] = SHAPE.exec(mark) ?? []
  return service === undefined ? null : { service, number: Number(number) }
}
