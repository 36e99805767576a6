/**
 * A worker that is many open pages: each holds `/api/stream`, and one after the other asks for the status and for candles. Told `{url, pages}`
 * it opens them and answers `open`; told `stop`, it answers with what they have read and how long answers took.
 */
import { get } from "node:http"
import { parentPort } from "node:worker_threads"

/** What pages have come to. */
export interface Read {
  /** Whole statuses and changes that came over streams. */
  readonly whole: number
  readonly patches: number
  readonly streamBytes: number
  /** Wall milliseconds to the end of each answer. */
  readonly answersMs: ReadonlyArray<number>
}

/** A page asks for something about so often. */
const EVERY_MS = 2_000

let [whole, patches, streamBytes] = [0, 0, 0]
const answersMs: Array<number> = []
let stopped = false

const stream = (url: string): Promise<void> =>
  new Promise((resolve, reject) => {
    get(`${url}api/stream`, { agent: false }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`a stream was answered ${response.statusCode}`))
      response.on("data", (chunk: Buffer) => {
        streamBytes += chunk.length
        // Counted where they begin; a message that is cut between two chunks in these words is not.
        const text = chunk.toString("latin1")
        patches += text.split("event: patch").length - 1
        whole += text.split("\ndata: {").length - 1
      })
      resolve()
    }).once("error", (error) => (stopped ? undefined : reject(error)))
  })

const ask = (url: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const from = performance.now()
    get(url, (response) => {
      response.resume()
      response.once("end", () => (answersMs.push(performance.now() - from), resolve()))
    }).once("error", (error) => (stopped ? resolve() : reject(error)))
  })

const open = async ({ url, pages }: { readonly url: string; readonly pages: number }): Promise<void> => {
  await Promise.all(Array.from({ length: pages }, () => stream(url)))
  for (let page = 0; page < pages; page++) {
    const path = page % 2 === 0 ? "api/status" : "api/cycles"
    const asking = (): void => void ask(`${url}${path}`)
    const first = (): void => {
      asking()
      setInterval(asking, EVERY_MS)
    }
    setTimeout(first, (page * EVERY_MS) / pages)
  }
  parentPort?.postMessage("open", [])
}

parentPort?.on("message", (told: { readonly url: string; readonly pages: number } | "stop") => {
  if (told === "stop") {
    stopped = true
    parentPort?.postMessage({ whole, patches, streamBytes, answersMs } satisfies Read, [])
  } else void open(told)
})
