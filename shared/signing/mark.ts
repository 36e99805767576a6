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

/** The hash, a character for each of its bytes: Node makes that text faster than base64, and a buffer takes it twice as long. */
const hashOf = ({ secret }: WriterKey, { subject, id, data }: Marked): string => {
  const all = roomFor(KEY_BYTES + subject.length + id.length + 2 + data.byteLength, secret)
  let at = KEY_BYTES
  // One by one: they are short, and a call to write them costs more.
  for (let n = 0; n < subject.length; n++) all[at++] = subject.charCodeAt(n)
  all[at++] = LINE_END
  for (let n = 0; n < id.length; n++) all[at++] = id.charCodeAt(n)
  all[at++] = LINE_END
  all.set(data, at)
  // "binary" is the name by which this call knows latin1.
  return hash("sha256", all, "binary")
}

/** The characters of base64, by the six bits that each stands for. */
const BASE64 = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", "latin1")

/** For the text of one mark: up to here its key's name, which stays from one mark to the next, and from here on what the key makes. */
const MAC_AT = 64
const text = Buffer.alloc(MAC_AT + MAC_LENGTH + 2)
let nameInText: WriterKey | null = null
let nameAt = MAC_AT

/** Writes what the key makes of a record into `text`, and two characters more. */
const writeMac = (key: WriterKey, record: Marked): void => {
  const hashed = hashOf(key, record)
  for (let from = 0, to = MAC_AT; to < MAC_AT + MAC_LENGTH; from += 3, to += 4) {
    const bits = (hashed.charCodeAt(from) << 16) | (hashed.charCodeAt(from + 1) << 8) | hashed.charCodeAt(from + 2)
    text[to] = BASE64[bits >> 18] as number
    text[to + 1] = BASE64[(bits >> 12) & 63] as number
    text[to + 2] = BASE64[(bits >> 6) & 63] as number
    text[to + 3] = BASE64[bits & 63] as number
  }
}

/** The key's name as it stands in marks. */
export const nameOf = ({ service, number }: Pick<WriterKey, "service" | "number">): string => `${service}.${number}`

/** The mark that a key makes of a record: in one piece, because one put together is copied when its characters are looked at. */
export const markOf = (key: WriterKey, record: Marked): string => {
  if (nameInText !== key) {
    const name = `${nameOf(key)}.`
    nameAt = MAC_AT - name.length
    text.write(name, nameAt, "latin1")
    nameInText = key
  }
  writeMac(key, record)
  return text.toString("latin1", nameAt, MAC_AT + MAC_LENGTH)
}

/**
 * Of a mark that names this key: whether it is what the key makes of the record. Who tries marks learns nothing of how long that took,
 * because records are not answered.
 */
export const isMarkOf = (key: WriterKey, record: Marked, mark: string): boolean => {
  const hashed = hashOf(key, record)
  let bits = 0
  let left = 0
  let from = 0
  let differing = 0
  // Compared as they are made: nothing is written down.
  for (let at = mark.length - MAC_LENGTH; at < mark.length; at++) {
    if (left === 0) {
      bits = (hashed.charCodeAt(from) << 16) | (hashed.charCodeAt(from + 1) << 8) | hashed.charCodeAt(from + 2)
      from += 3
      left = 24
    }
    left -= 6
    differing |= mark.charCodeAt(at) ^ (BASE64[(bits >> left) & 63] as number)
  }
  return differing === 0
}

/** What a key may be called in public: half of its hash. Tells a wrong file from the right one, and nothing of the key. */
export const fingerprintOf = ({ secret }: WriterKey): string => hash("sha256", secret, "hex").slice(0, 16)

const SHAPE = /^([a-z][a-z-]{0,30})\.([1-9]\d{0,5})\.[A-Za-z0-9+/]{22}$/

/** Whose key a mark names; null: this is no mark. */
export const readMark = (mark: string): { readonly service: string; readonly number: number } | null => {
  const [, service, number] = SHAPE.exec(mark) ?? []
  return service === undefined ? null : { service, number: Number(number) }
}
