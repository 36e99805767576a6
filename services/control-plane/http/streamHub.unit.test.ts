import { IncomingMessage, ServerResponse } from "node:http"
import { Socket } from "node:net"
import { describe, expect, it } from "vitest"
import { makeStreamHub, MAX_CLIENTS, MAX_PER_ADDRESS } from "./streamHub.ts"

/** Larger than what a response buffers before it asks its writer to wait. */
const LARGE = "x".repeat(100_000)
const published = (seq: number, json = "{}") => ({ seq, json })

/** A response nobody reads: it has no socket, so all that is written stays in its buffer. */
const unread = () => new ServerResponse(new IncomingMessage(new Socket()))

/** A page of this address. */
const from = (address: string) => {
  const response = unread()
  const socket = new Socket()
  Object.defineProperty(socket, "remoteAddress", { value: address })
  Object.defineProperty(response, "socket", { value: socket })
  return response
}

describe("pages of many addresses", () => {
  it("leave each other room: one has half of the places, and all together no more than there are", () => {
    const hub = makeStreamHub()
    const taken = (address: string) =>
      Array.from({ length: MAX_CLIENTS }, () => hub.open(from(address), published(1))).filter(Boolean).length
    expect([taken("10.0.0.1"), taken("10.0.0.2"), taken("10.0.0.3")]).toEqual([
      MAX_PER_ADDRESS,
      MAX_CLIENTS - MAX_PER_ADDRESS,
      0
    ])
    hub.close()
  })
})

describe("a page that does not read", () => {
  it("has at most one message waiting: those in between are skipped, as each is the whole status", () => {
    const hub = makeStreamHub()
    const response = unread()
    expect(hub.open(response, published(1, LARGE))).toBe(true)
    const waiting = response.writableLength
    hub.send(published(2))
    hub.beat()
    expect(response.writableLength).toBe(waiting)
  })

  it("is dropped at the third beat it has left unread", () => {
    const hub = makeStreamHub()
    const response = unread()
    hub.open(response, published(1, LARGE))
    hub.beat()
    hub.beat()
    expect(response.destroyed).toBe(false)
    hub.beat()
    expect(response.destroyed).toBe(true)
  })
})

describe("a page that reads", () => {
  it("gets every message under the sequence it stands at, and the beats", () => {
    const hub = makeStreamHub()
    const response = unread()
    hub.open(response, published(1))
    const before = response.writableLength
    hub.send(published(2))
    const afterMessage = response.writableLength
    expect(afterMessage - before).toBeGreaterThanOrEqual("id: 2\ndata: {}\n\n".length)
    hub.beat()
    expect(response.writableLength).toBeGreaterThan(afterMessage)
  })
})

describe("a market that changes ten times a second", () => {
  const framesOf = (response: ServerResponse) => response.writableLength

  it("sends a report at once, and until the next tick keeps only the newest of those that follow", () => {
    const hub = makeStreamHub()
    const response = unread()
    hub.open(response, published(1))
    hub.send(published(2))
    const sent = framesOf(response)
    for (let seq = 3; seq < 12; seq++) hub.send(published(seq))
    expect(framesOf(response)).toBe(sent)
    hub.tick()
    const one = framesOf(response) - sent
    expect(one).toBeGreaterThanOrEqual("id: 11\ndata: {}\n\n".length)
    expect(one).toBeLessThan(2 * "id: 11\ndata: {}\n\n".length)
    hub.tick()
    expect(framesOf(response)).toBe(sent + one)
  })

  it("sends the next report at once again after a second in which there was none", () => {
    const hub = makeStreamHub()
    const response = unread()
    hub.open(response, published(1))
    hub.send(published(2))
    hub.tick()
    const sent = framesOf(response)
    hub.send(published(3))
    expect(framesOf(response)).toBeGreaterThan(sent)
  })
})

describe("a hub that has closed", () => {
  it("has ended its streams and opens no more", () => {
    const hub = makeStreamHub()
    const response = unread()
    hub.open(response, published(1))
    hub.close()
    expect(response.writableEnded).toBe(true)
    expect(hub.open(unread(), published(2))).toBe(false)
  })
})
