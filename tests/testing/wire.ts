/** A wire between a client and a server on this machine, which a test cuts and mends: what is under way is lost, as when a cable is drawn. */
import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"

/** The wire: a port of its own that leads to the server's. */
export interface Wire {
  readonly port: number
  /** Breaks every connection, and refuses new ones until `mend`. */
  readonly cut: () => void
  readonly mend: () => void
  readonly close: () => void
}

/** Lays a wire to `serverPort` of loopback. */
export const layWire = async (serverPort: number): Promise<Wire> => {
  const ends = new Set<Socket>()
  let whole = true
  const keep = (socket: Socket, other: Socket): void => {
    ends.add(socket)
    // Either end may break at any moment: then the other has nothing to wait for.
    socket.on("error", () => undefined)
    socket.on("close", () => {
      ends.delete(socket)
      other.destroy()
    })
  }
  const server = createServer((near) => {
    if (!whole) return near.destroy()
    const far = connect(serverPort, "127.0.0.1")
    keep(near, far)
    keep(far, near)
    near.pipe(far)
    far.pipe(near)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const cut = (): void => {
    whole = false
    for (const end of ends) end.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    mend: () => {
      whole = true
    },
    close: () => {
      cut()
      server.close()
    }
  }
}
