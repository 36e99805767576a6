/**
 * A worker that asks one address for the same thing, over a few connections, each for the next only when the last has come: its own thread, so
 * that what the server's thread spends is the server's. Told `{port, path, requests}`, it answers when all have come.
 */
import { connect } from "node:net"
import { parentPort } from "node:worker_threads"

/** What is asked for. */
export interface Load {
  readonly port: number
  readonly path: string
  readonly requests: number
}

const CONNECTIONS = 8

/** Asks over one connection until `left` says that there is no more. */
const ask = ({ port, path }: Load, left: () => boolean): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1")
    const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`
    let missing = 0
    const next = (): void => {
      if (left()) socket.write(request)
      else socket.end(resolve)
    }
    socket.once("connect", next)
    socket.once("error", reject)
    socket.on("data", (chunk: Buffer) => {
      if (missing === 0) {
        const head = chunk.indexOf("\r\n\r\n")
        const length = /content-length: (\d+)/i.exec(chunk.subarray(0, head).toString())?.[1]
        if (head < 0 || length === undefined) throw new Error(`no answer: ${chunk.subarray(0, 100).toString()}`)
        missing = Number(length) + head + 4
      }
      missing -= chunk.length
      if (missing === 0) next()
    })
  })

parentPort?.on("message", (load: Load) => {
  let asked = 0
  const left = (): boolean => asked++ < load.requests
  void Promise.all(Array.from({ length: CONNECTIONS }, () => ask(load, left))).then(() =>
    parentPort?.postMessage("done", [])
  )
})
