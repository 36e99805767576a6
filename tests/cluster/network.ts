/** What lies between the servers of a cluster: loopback, or hosts of their own (network namespaces) whose links can be cut. */
import { execFileSync } from "node:child_process"
import { randomInt } from "node:crypto"
import { missing } from "../../shared/testing/requires.ts"

/** Where servers stand; `place` counts from 0. */
export interface Network {
  /** Where clients reach the server, and where the other servers do. */
  readonly clientHost: (place: number) => string
  readonly peerHost: (place: number) => string
  /** How a program is started there. */
  readonly inside: (place: number, binary: string) => ReadonlyArray<string>
  /** Whether the server and the others reach each other; clients always do. */
  readonly setLink: (place: number, up: boolean) => void
  readonly remove: () => void
}

/** All on 127.0.0.1: nothing can be cut. */
export const loopback: Network = {
  clientHost: () => "127.0.0.1",
  peerHost: () => "127.0.0.1",
  inside: (_place, binary) => [binary],
  setLink: () => {
    throw new Error("only servers in namespaces can be cut off")
  },
  remove: () => undefined
}

const ip = (...args: ReadonlyArray<string>): void => {
  execFileSync("ip", [...args], {
    stdio: "pipe",
    env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` }
  })
}

/**
 * A namespace for each of `size` servers, with a link of its own to this machine for clients, and one to a hub (a bridge in
 * one more namespace) where the servers meet. The machine itself gets `size` links with a private address, no route
 * between them, and loses them in `remove`.
 */
export const namespaces = (size: number): Network => {
  const key = randomInt(1, 250)
  const hub = `kennel${key}-hub`
  const nameOf = (place: number) => `kennel${key}-${place}`
  const clientHost = (place: number) => `10.213.${key}.${place * 4 + 2}`
  const peerHost = (place: number) => `10.214.${key}.${place + 1}`
  const made: Array<string> = []
  const add = (name: string): void => {
    ip("netns", "add", name)
    made.push(name)
  }
  const remove = (): void => {
    // Their links go with them.
    for (const name of made) ip("netns", "delete", name)
  }
  try {
    add(hub)
    ip("-n", hub, "link", "add", "hub", "type", "bridge")
    ip("-n", hub, "link", "set", "hub", "up")
    for (let place = 0; place < size; place++) {
      const name = nameOf(place)
      add(name)
      ip("-n", name, "link", "set", "lo", "up")
      ip("link", "add", `kn${key}c${place}`, "type", "veth", "peer", "name", "client", "netns", name)
      ip("address", "add", `10.213.${key}.${place * 4 + 1}/30`, "dev", `kn${key}c${place}`)
      ip("link", "set", `kn${key}c${place}`, "up")
      ip("-n", name, "address", "add", `${clientHost(place)}/30`, "dev", "client")
      ip("-n", name, "link", "set", "client", "up")
      ip("-n", hub, "link", "add", `peer${place}`, "type", "veth", "peer", "name", "peer", "netns", name)
      ip("-n", hub, "link", "set", `peer${place}`, "master", "hub", "up")
      ip("-n", name, "address", "add", `${peerHost(place)}/24`, "dev", "peer")
      ip("-n", name, "link", "set", "peer", "up")
    }
  } catch (error) {
    remove()
    throw error
  }
  return {
    clientHost,
    peerHost,
    inside: (place, binary) => ["ip", "netns", "exec", nameOf(place), binary],
    setLink: (place, up) => ip("-n", hub, "link", "set", `peer${place}`, up ? "up" : "down"),
    remove
  }
}

/** Whether tests that cut a network can run; see `missing` for what happens where they cannot. */
export const namespacesFound = (): boolean => {
  try {
    namespaces(1).remove()
    return true
  } catch {
    return missing("tests of a cut network make namespaces: run them as root on Linux, with `ip` (Debian: iproute2)")
  }
}
