/**
 * A day's trades and its profile as Parquet, which any tool opens. Prices and volumes are exact decimals (`DECIMAL(18,10)`, `DECIMAL(18,8)`),
 * times `TIMESTAMP`; what belongs to the file as a whole stands in its key-value metadata, with a digest of it all: a byte that a disk has changed
 * would else be a price. Computes only; `shared/files/atomicFile.ts` writes.
 */
import { createHash } from "node:crypto"
import { type FileMetaData, parquetMetadata, parquetRead, type SchemaElement } from "hyparquet"
import { parquetWriteBuffer } from "hyparquet-writer"
import { PRICE_DECIMALS, VOLUME_DECIMALS } from "../../../shared/core/decimal/decimal.ts"

/** The columns of a day's trades. */
export interface TradeColumns {
  /** The exchange's numbers. */
  readonly ids: BigInt64Array<ArrayBuffer>
  /** Unix milliseconds. */
  readonly times: BigInt64Array<ArrayBuffer>
  /** In units of 1e-10. */
  readonly prices: BigInt64Array<ArrayBuffer>
  /** In units of 1e-8. */
  readonly volumes: BigInt64Array<ArrayBuffer>
  /** 1 where the taker bought. */
  readonly buys: Uint8Array<ArrayBuffer>
}

/** The columns of a profile: the lower edges of its bins, and what was traded in each. */
export interface ProfileColumns {
  readonly prices: BigInt64Array<ArrayBuffer>
  readonly volumes: BigInt64Array<ArrayBuffer>
}

/** What a file says of itself, by name. */
export type FileFacts = Readonly<Record<string, string>>

/** The most that a column holds: beyond it a number would come out as another one. */
export const MOST_IN_COLUMN = 2n ** 63n - 1n

/** A file is not what it should be: damaged, or another's. */
export class NotOurFile extends Error {
  override readonly name = "NotOurFile"
}

const INT64 = { type: "INT64", repetition_type: "REQUIRED" } as const
const PRICE: SchemaElement = {
  ...INT64,
  name: "price",
  converted_type: "DECIMAL",
  precision: 18,
  scale: PRICE_DECIMALS
}
const VOLUME: SchemaElement = {
  ...INT64,
  name: "volume",
  converted_type: "DECIMAL",
  precision: 18,
  scale: VOLUME_DECIMALS
}
const TRADE_SCHEMA: ReadonlyArray<SchemaElement> = [
  { ...INT64, name: "id" },
  { ...INT64, name: "time", converted_type: "TIMESTAMP_MILLIS" },
  PRICE,
  VOLUME,
  { name: "taker_buys", type: "BOOLEAN", repetition_type: "REQUIRED" }
]
const PROFILE_SCHEMA: ReadonlyArray<SchemaElement> = [PRICE, VOLUME]

/** Bytes of the digest, and of what stands behind the footer: its length and the magic word. */
const DIGEST_BYTES = 32
const TAIL_BYTES = 8

/**
 * The file with a digest of all its bytes between the columns and the footer, where Parquet's readers do not look. Parquet has no checksum of
 * its own that is checked, and its reader trusts what it reads: of a changed byte it made another price, or never came back.
 */
const withDigest = (file: Uint8Array): Uint8Array => {
  const footerAt = footerOf(file)
  return Buffer.concat([
    file.subarray(0, footerAt),
    createHash("sha256").update(file).digest(),
    file.subarray(footerAt)
  ])
}

/** Where the footer begins. Throws `NotOurFile` where this is no Parquet file with a digest's room before it. */
const footerOf = (file: Uint8Array): number => {
  const tailAt = file.length - TAIL_BYTES
  const isParquet = tailAt >= DIGEST_BYTES && Buffer.from(file.subarray(tailAt + 4)).toString("latin1") === "PAR1"
  const footerAt = isParquet ? tailAt - new DataView(file.buffer, file.byteOffset + tailAt).getUint32(0, true) : 0
  if (footerAt < DIGEST_BYTES) throw new NotOurFile("is no Parquet file of a day, or only a part of one")
  return footerAt
}

/** Throws `NotOurFile` for a file that has no digest, or another one than that of its bytes: nothing else of it is looked at. */
const checkDigest = (bytes: ArrayBuffer): void => {
  const file = new Uint8Array(bytes)
  const footerAt = footerOf(file)
  const digestAt = footerAt - DIGEST_BYTES
  const digest = createHash("sha256").update(file.subarray(0, digestAt)).update(file.subarray(footerAt)).digest()
  if (digest.equals(file.subarray(digestAt, footerAt))) return
  throw new NotOurFile(
    "is damaged, or another program or an older build wrote it: its digest is not that of its bytes; delete it, and what is recent is fetched again"
  )
}

const encode = (
  schema: ReadonlyArray<SchemaElement>,
  columns: ReadonlyArray<BigInt64Array | ReadonlyArray<boolean>>,
  facts: FileFacts
): Uint8Array =>
  withDigest(
    new Uint8Array(
      parquetWriteBuffer({
        schema: [{ name: "root", num_children: schema.length }, ...schema],
        // Plain is read back fastest, and nearly as small once it is packed.
        columnData: schema.map(({ name }, at) => ({
          name,
          data: [...(columns[at] ?? [])],
          nullable: false,
          encoding: "PLAIN"
        })),
        kvMetadata: Object.entries(facts).map(([key, value]) => ({ key, value })),
        createdBy: "kennel",
        statistics: false
      })
    )
  )

/** The bytes of a day's trades. */
export const encodeTrades = ({ ids, times, prices, volumes, buys }: TradeColumns, facts: FileFacts): Uint8Array =>
  encode(TRADE_SCHEMA, [ids, times, prices, volumes, Array.from(buys, (buy) => buy === 1)], facts)

/** The bytes of a day's profile. */
export const encodeProfile = ({ prices, volumes }: ProfileColumns, facts: FileFacts): Uint8Array =>
  encode(PROFILE_SCHEMA, [prices, volumes], facts)

/** A file's columns by name, as they stand in it. Throws `NotOurFile` where one is missing or the bytes are no Parquet. */
const decode = async (bytes: ArrayBuffer, schema: ReadonlyArray<SchemaElement>) => {
  checkDigest(bytes)
  try {
    const metadata = parquetMetadata(bytes)
    const plain = { ...metadata, schema: metadata.schema.map(withoutMeaning) }
    const columns = new Map<string, Array<unknown>>(schema.map(({ name }) => [name, []]))
    // One column of one row group at a time: of several that it reads at once, the reader awaits none behind the first that fails.
    for (const group of metadata.row_groups) {
      for (const [name, column] of columns) {
        if (!group.columns.some(({ meta_data: meta }) => meta?.path_in_schema[0] === name)) {
          throw new NotOurFile(`has no column "${name}"`)
        }
        await parquetRead({
          file: bytes,
          metadata: { ...plain, row_groups: [group], num_rows: group.num_rows },
          columns: [name],
          onChunk: ({ columnData }) => {
            for (let at = 0; at < columnData.length; at++) column.push(columnData[at])
          }
        })
      }
    }
    for (const [name, { length }] of columns) {
      if (BigInt(length) !== metadata.num_rows)
        throw new NotOurFile(`has ${length} values of "${name}" in ${metadata.num_rows} rows`)
    }
    return { facts: factsOf(metadata), column: (name: string) => columns.get(name) ?? [] }
  } catch (error) {
    if (error instanceof NotOurFile) throw error
    throw new NotOurFile(`cannot be read as Parquet: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Without it the reader gives whole numbers as they stand; with it decimals would become doubles. */
const withoutMeaning = ({
  converted_type: _converted,
  logical_type: _logical,
  ...element
}: SchemaElement): SchemaElement => element

const factsOf = ({ key_value_metadata: pairs }: FileMetaData): FileFacts =>
  Object.fromEntries((pairs ?? []).map(({ key, value }) => [key, value ?? ""]))

const whole = (column: ReadonlyArray<unknown>): BigInt64Array<ArrayBuffer> =>
  BigInt64Array.from(column, (value) => {
    if (typeof value === "bigint") return value
    throw new NotOurFile("holds something else than whole numbers where decimals are kept")
  })

/** A day's trades out of a file's bytes. Throws `NotOurFile`. */
export const decodeTrades = async (
  bytes: ArrayBuffer
): Promise<{ readonly columns: TradeColumns; readonly facts: FileFacts }> => {
  const { facts, column } = await decode(bytes, TRADE_SCHEMA)
  const columns = {
    ids: whole(column("id")),
    times: whole(column("time")),
    prices: whole(column("price")),
    volumes: whole(column("volume")),
    buys: Uint8Array.from(column("taker_buys"), (value) => (value === true ? 1 : 0))
  }
  return { facts, columns }
}

/** A day's profile out of a file's bytes. Throws `NotOurFile`. */
export const decodeProfile = async (
  bytes: ArrayBuffer
): Promise<{ readonly columns: ProfileColumns; readonly facts: FileFacts }> => {
  const { facts, column } = await decode(bytes, PROFILE_SCHEMA)
  return { facts, columns: { prices: whole(column("price")), volumes: whole(column("volume")) } }
}
