/** The worker in which a day's files are packed, unpacked, read and written: each takes long enough to hold up a market's event loop. */
import { parentPort } from "node:worker_threads"
import { readIfThere, writeAtomically } from "../../../shared/files/atomicFile.ts"
import {
  decodeProfile,
  decodeTrades,
  encodeProfile,
  encodeTrades,
  type FileFacts,
  type ProfileColumns,
  type TradeColumns
} from "./parquet.ts"

/** What the worker is asked. */
export type FileTask =
  | { readonly kind: "writeTrades"; readonly path: string; readonly columns: TradeColumns; readonly facts: FileFacts }
  | {
      readonly kind: "writeProfile"
      readonly path: string
      readonly columns: ProfileColumns
      readonly facts: FileFacts
    }
  | { readonly kind: "readTrades"; readonly path: string }
  | { readonly kind: "readProfile"; readonly path: string }

/** What it answers: `value` is null after a write, and where there is no file. */
export type FileAnswer = { readonly id: number } & (
  | {
      readonly ok: true
      readonly value: { readonly columns: TradeColumns | ProfileColumns; readonly facts: FileFacts } | null
    }
  | { readonly ok: false; readonly detail: string }
)

const carryOut = async (task: FileTask) => {
  switch (task.kind) {
    case "writeTrades":
      writeAtomically(task.path, encodeTrades(task.columns, task.facts))
      return null
    case "writeProfile":
      writeAtomically(task.path, encodeProfile(task.columns, task.facts))
      return null
    case "readTrades": {
      const bytes = readIfThere(task.path)
      return bytes === null ? null : decodeTrades(bytes)
    }
    case "readProfile": {
      const bytes = readIfThere(task.path)
      return bytes === null ? null : decodeProfile(bytes)
    }
  }
}

parentPort?.on("message", ({ id, task }: { readonly id: number; readonly task: FileTask }) => {
  carryOut(task).then(
    (value) => parentPort?.postMessage({ id, ok: true, value } satisfies FileAnswer, []),
    (error: unknown) => {
      const detail = error instanceof Error ? error.message : String(error)
      parentPort?.postMessage({ id, ok: false, detail } satisfies FileAnswer, [])
    }
  )
})
