/** Files of candles and of trades, as `core/file` reads them. */
import { Effect, type Scope } from "effect"
import { textPieces } from "../files/textPieces.ts"
import { FileReader, type FileRows } from "./core/file/fileReader.ts"
import { CandleFileRefused } from "./core/file/refused.ts"
import { spilledPages } from "./spilledPages.ts"
import { messageOf } from "../core/messageOf.ts"

/** The file cannot be used, or read: names it, the line where there is one, and what to do. */
export type CandleFileError = CandleFileRefused

/** How a file is read. */
export interface CandleFileOptions {
  /** Unix seconds: no row lies more than a day after it. */
  readonly nowSec: number
  /** Told after every piece how many bytes of the file have been read. */
  readonly onRead?: (readBytes: number) => Effect.Effect<void>
}

/**
 * Reads a whole file, plain or `.gz`. Memory does not grow with it: rows beyond the first hundred thousand lie in a temporary file
 * until the scope closes.
 */
export const readCandleFile = Effect.fn("readCandleFile")(function* (
  file: string,
  { nowSec, onRead }: CandleFileOptions
): Effect.fn.Return<FileRows, CandleFileError, Scope.Scope> {
  const reader = new FileReader({ file, nowSec, pages: yield* spilledPages })
  const pieces = yield* Effect.acquireRelease(
    Effect.sync(() => textPieces(file)),
    (open) => Effect.promise(() => open.return())
  )
  for (;;) {
    const piece = yield* Effect.tryPromise({ try: () => pieces.next(), catch: (error) => refusal(file, error) })
    if (piece.done === true) break
    const { text, readBytes } = piece.value
    yield* attempt(file, () => reader.push(text))
    if (onRead !== undefined) yield* onRead(readBytes)
  }
  return yield* attempt(file, reader.end)
})

/** What `read` throws as a failure: for the parts of `core/file` that refuse. */
export const attempt = <A>(file: string, read: () => A): Effect.Effect<A, CandleFileError> =>
  Effect.try({ try: read, catch: (error) => refusal(file, error) })

const refusal = (file: string, error: unknown): CandleFileRefused =>
  error instanceof CandleFileRefused ? error : new CandleFileRefused(file, null, messageOf(error))
