/** The text of a file of any size, a piece at a time: plain, or packed with gzip when its name ends with `.gz`. */
import { createReadStream } from "node:fs"
import { Readable } from "node:stream"
import { createGunzip } from "node:zlib"

/** A piece of the text, and how many bytes of the file have been read for it. */
export interface TextPiece {
  readonly text: string
  readonly readBytes: number
}

/** What is read at once. */
const PIECE_BYTES = 1 << 18

/**
 * The pieces, in order. UTF-8, or UTF-16 where a byte-order mark says so; bytes that are neither become U+FFFD. Throws an Error that
 * says what is wrong with the file and what to do.
 */
export async function* textPieces(file: string): AsyncGenerator<TextPiece, void> {
  const packed = file.endsWith(".gz")
  const bytes = createReadStream(file, { highWaterMark: PIECE_BYTES })
  const source = packed ? bytes.pipe(createGunzip()) : bytes
  bytes.once("error", (error) => source.destroy(error))
  let decoder: InstanceType<typeof TextDecoder> | null = null
  try {
    for await (const piece of Readable.from(source)) {
      const chunk = piece as Buffer
      if (decoder === null && !packed && chunk[0] === 0x1f && chunk[1] === 0x8b) {
        throw new NotText(`is packed with gzip; name it ${file}.gz`)
      }
      decoder ??= new TextDecoder(encodingOf(chunk))
      yield { text: decoder.decode(chunk, { stream: true }), readBytes: bytes.bytesRead }
    }
    yield { text: decoder?.decode() ?? "", readBytes: bytes.bytesRead }
  } catch (error) {
    throw error instanceof NotText ? error : new Error(fileProblem(error, packed ? ".gz" : null), { cause: error })
  } finally {
    bytes.destroy()
  }
}

class NotText extends Error {}

const encodingOf = (start: Buffer): string =>
  start[0] === 0xff && start[1] === 0xfe ? "utf-16le" : start[0] === 0xfe && start[1] === 0xff ? "utf-16be" : "utf-8"

/** What the file system or gzip says of a file, in words and with what to do. `packed`: the ending that says it is packed; null: it is plain. */
export const fileProblem = (error: unknown, packed: ".gz" | ".kennel" | null): string => {
  const { code = "", message } = error as NodeJS.ErrnoException
  if (code === "ENOENT") return "no such file"
  if (code === "EISDIR") return "is a folder; name a file"
  if (packed !== null && message.includes("incorrect header check"))
    return `is named ${packed} and is not packed; ${packed === ".gz" ? "name it without .gz" : "kennel journal export writes such a file"}`
  if (packed !== null && code.startsWith("Z_")) return `cannot be unpacked to its end (${message}); fetch it again`
  return `cannot be read (${message})`
}
