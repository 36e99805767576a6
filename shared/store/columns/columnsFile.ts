/**
 * A series of candles as one file of typed columns: a head of JSON, the columns as they lie in memory, and a SHA-256 of all that. It holds
 * nothing that the store does not have, and may be deleted at any time. Computes only; `storedColumns.ts` reads and writes.
 */
import { createHash } from "node:crypto"
import { Schema } from "effect"
import { bytesOf, type CandleColumns, columnsOver, fill, layoutOf, VALUE_NAMES } from "../../candles/core/columns.ts"
import { CANDLE_VENUES } from "../../candles/core/candle.ts"
import type { CandleSeries } from "../port.ts"

/** A stretch as the file has it. */
export interface KeptStretch {
  readonly fromSec: number
  /** The store's stamp when its candles were read. */
  readonly stamp: string
  /** How many candles; they stand in the order of the stretches. */
  readonly length: number
}

/** What a file holds. */
export interface KeptColumns {
  readonly series: CandleSeries
  readonly stretches: ReadonlyArray<KeptStretch>
  readonly columns: CandleColumns
}

/** A file is damaged, another's, or of another build: made anew. */
export class NotOurColumns extends Error {
  override readonly name = "NotOurColumns"
}

/** The version is part of it; written as a number, so that a machine of the other byte order does not know it. */
const MAGIC = 0x4b_4c_43_31
const DIGEST_BYTES = 32
/** Before the head: magic and the head's length. */
const PREFIX_BYTES = 8

const Head = Schema.fromJsonString(
  Schema.Struct({
    venue: Schema.Literals(CANDLE_VENUES),
    symbol: Schema.String,
    intervalMin: Schema.Int,
    length: Schema.Int,
    wide: Schema.Array(Schema.Literals(VALUE_NAMES)),
    stretches: Schema.Array(Schema.Tuple([Schema.Int, Schema.String, Schema.Int]))
  })
)

/** The bytes of a file, and the columns over them: parts one behind the other, as the stretches say. */
export const encodeColumns = (
  { series, stretches }: Omit<KeptColumns, "columns">,
  parts: ReadonlyArray<CandleColumns>
): { readonly memory: SharedArrayBuffer; readonly columns: CandleColumns } => {
  const layout = layoutOf(parts)
  const { venue, symbol, intervalMin } = series
  const told = stretches.map(({ fromSec, stamp, length }) => [fromSec, stamp, length] as const)
  const head = Buffer.from(Schema.encodeSync(Head)({ venue, symbol, intervalMin, ...layout, stretches: told }))
  // Blanks bring the columns to a multiple of 8.
  const columnsAt = Math.ceil((PREFIX_BYTES + head.length) / 8) * 8
  const digestAt = columnsAt + bytesOf(layout)
  const memory = new SharedArrayBuffer(digestAt + DIGEST_BYTES)
  const file = new Uint8Array(memory)
  new Uint32Array(memory, 0, 2).set([MAGIC, columnsAt - PREFIX_BYTES])
  file.fill(0x20, PREFIX_BYTES, columnsAt)
  file.set(head, PREFIX_BYTES)
  const columns = columnsOver(memory, columnsAt, layout)
  fill(columns, parts)
  file.set(digestOf(file.subarray(0, digestAt)), digestAt)
  return { memory, columns }
}

/** What the bytes of a file hold, the columns over the same memory. Throws `NotOurColumns`. */
export const decodeColumns = (memory: SharedArrayBuffer): KeptColumns => {
  const file = new Uint8Array(memory)
  const digestAt = file.length - DIGEST_BYTES
  if (digestAt < PREFIX_BYTES) throw new NotOurColumns("is only a part of a file")
  const [magic, headBytes = 0] = new Uint32Array(memory, 0, 2)
  if (magic !== MAGIC) throw new NotOurColumns("is of another build, or no file of candles")
  if (!digestOf(file.subarray(0, digestAt)).equals(file.subarray(digestAt))) {
    throw new NotOurColumns("is damaged: its digest is not that of its bytes")
  }
  const columnsAt = PREFIX_BYTES + headBytes
  const { venue, symbol, intervalMin, length, wide, stretches } = Schema.decodeUnknownSync(Head)(
    Buffer.from(file.slice(PREFIX_BYTES, columnsAt)).toString()
  )
  return {
    series: { venue, symbol, intervalMin },
    stretches: stretches.map(([fromSec, stamp, count]) => ({ fromSec, stamp, length: count })),
    columns: columnsOver(memory, columnsAt, { length, wide })
  }
}

const digestOf = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest()
