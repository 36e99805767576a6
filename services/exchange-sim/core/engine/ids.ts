/**
 * Ids that look like Kraken's (`OXXXXX-XXXXX-XXXXXX`), made from a counter: never twice in one exchange, and different
 * in another one, because every exchange has its own salt.
 */

const MASK = (1n << 64n) - 1n

/** A one-to-one scramble of 64 bits (the finalizer of splitmix64), so that ids in a row do not look alike. */
const scramble = (value: bigint): bigint => {
  let x = value & MASK
  x = ((x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK
  x = ((x ^ (x >> 27n)) * 0x94d049bb133111ebn) & MASK
  return x ^ (x >> 31n)
}

/** Hashes of the last few texts: an exchange has three kinds of ids under one salt. */
const known = new Map<string, bigint>()
const MAX_KNOWN = 16

const hash = (text: string): bigint => {
  const before = known.get(text)
  if (before !== undefined) return before
  const found = hashAnew(text)
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(text, found)
  return found
}

/** 64-bit FNV-1a of a text. */
const hashAnew = (text: string): bigint => {
  let x = 0xcbf29ce484222325n
  for (let i = 0; i < text.length; i++) x = ((x ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n) & MASK
  return x
}

/** 13 digits of base 36 hold 64 bits; three more come from the salt. */
const code = (salt: string, kind: string, count: number): string => {
  const offset = hash(`${salt}/${kind}`)
  const unique = scramble(offset + BigInt(count))
    .toString(36)
    .padStart(13, "0")
  const tail = (offset % 46_656n).toString(36).padStart(3, "0")
  return (unique + tail).toUpperCase()
}

const hyphened = (first: string, text: string) => `${first}${text.slice(0, 5)}-${text.slice(5, 10)}-${text.slice(10)}`

/** The txid of the `count`th order, from 0. */
export const orderId = (salt: string, count: number): string => hyphened("O", code(salt, "order", count))
/** The exec id of the `count`th fill, from 0. */
export const execId = (salt: string, count: number): string => hyphened("T", code(salt, "fill", count))
/** The id of the `count`th ledger row, from 0. */
export const ledgerId = (salt: string, count: number): string => hyphened("L", code(salt, "ledger", count))
/** The id of the `count`th amendment, from 0. */
export const amendId = (salt: string, count: number): string => hyphened("A", code(salt, "amend", count))
