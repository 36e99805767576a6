/** One block packed and unpacked: on a thread of the pool, or on the spot where opening reads all it needs before it goes on. */
import { promisify } from "node:util"
import { constants, zstdCompress, zstdDecompress, zstdDecompressSync } from "node:zlib"
import { BLOCK_BYTES } from "./seekTable.ts"

/** The fastest: the next ones pack hardly better and take twice the time, and a segment is packed once. */
const LEVEL = 1

const params = {
  [constants.ZSTD_c_compressionLevel]: LEVEL,
  // No further back than a block reaches: whoever unpacks makes room for that much.
  [constants.ZSTD_c_windowLog]: Math.log2(BLOCK_BYTES),
  [constants.ZSTD_c_checksumFlag]: 1
}
const compress: (bytes: Buffer, options: object) => Promise<Buffer> = promisify(zstdCompress)
const decompress: (bytes: Buffer, options: object) => Promise<Buffer> = promisify(zstdDecompress)

/** A block never unpacks to more than it says, whatever its bytes. With a byte to spare zlib sees at once that it is done. */
const into = (length: number) => ({ chunkSize: Math.max(64, length + 1), maxOutputLength: length })

/** A frame of its own, with a checksum of what it holds. */
export const packBlock = (bytes: Buffer): Promise<Buffer> => compress(bytes, { params })

/** Null when these are not the bytes of a block of this length. */
export const unpackBlock = async (packed: Buffer, length: number): Promise<Buffer | null> => {
  try {
    const bytes = await decompress(packed, into(length))
    return bytes.length === length ? bytes : null
  } catch {
    return null
  }
}

/** As `unpackBlock`, and nothing else happens meanwhile. */
export const unpackBlockNow = (packed: Buffer, length: number): Buffer | null => {
  try {
    const bytes = zstdDecompressSync(packed, into(length))
    return bytes.length === length ? bytes : null
  } catch {
    return null
  }
}
