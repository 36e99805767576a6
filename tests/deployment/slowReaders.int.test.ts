/** A page that is not read, over a real socket: what waits for it is bounded, and it is dropped. */
import { once } from "node:events"
import type { AddressInfo, Socket } from "node:net"
import { connect } from "node:net"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { afterEach, expect, it } from "vitest"
import { makeServer } from "../../services/control-plane/http/connections.ts"
import { makeStreamHub, type Sent } from "../../services/control-plane/http/streamHub.ts"

/** A report ten times as large as any. */
const REPORT_BYTES = 200_000
/** As many as a day of reports would be worth of memory, were they kept. */
const REPORTS = 400
const report = (seq: number): Sent => {
  const status = { seq, text: String(seq % 10).repeat(REPORT_BYTES) }
  return { seq, status, bytes: Buffer.from(JSON.stringify(status)) }
}

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void
/** What the process holds on to, bytes. */
const held = (): number => {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const ends: Array<() => void> = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

it("is dropped after three heartbeats, and no more than one report waits for it until then", async () => {
  const hub = makeStreamHub()
  let served: Socket | null = null
  const server = makeServer((request, response) => {
    served = request.socket
    hub.open(response, report(1))
  }, hub.holds)
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  ends.push(() => server.close())
  const reader = connect((server.address() as AddressInfo).port, "127.0.0.1")
  ends.push(() => reader.destroy())
  reader.pause()
  reader.write("GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
  await once(server, "request")
  const socket = served as unknown as Socket
  const before = held()
  let waited = 0
  for (let seq = 2; seq <= REPORTS; seq++) {
    hub.send(report(seq))
    hub.tick()
    waited = Math.max(waited, socket.writableLength)
    // The system's own buffers fill meanwhile.
    await new Promise((resolve) => setImmediate(resolve))
  }
  // One report that waits, and one that was begun.
  expect(waited).toBeLessThan(3 * REPORT_BYTES)
  // What is kept of four hundred reports is a few, for the next difference and in the buffers of the socket.
  expect(held() - before).toBeLessThan(REPORTS * REPORT_BYTES * 0.1)
  expect(hub.holds(socket)).toBe(true)
  const closed = once(socket, "close")
  for (let beats = 0; beats < 3; beats++) hub.beat()
  await closed
  expect(hub.holds(socket)).toBe(false)
  process.stdout.write(`a page that is not read: ${waited} bytes wait for it at most, dropped after three heartbeats\n`)
})
