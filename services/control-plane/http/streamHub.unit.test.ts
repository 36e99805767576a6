import { IncomingMessage, ServerResponse } from "node:http"
import { Socket } from "node:net"
import { describe, expect, it } from "vitest"
import { MAX_CLIENTS, MAX_PER_ADDRESS } from "./connections.ts"
import { makeStreamHub } from "./streamHub.ts"

/** Larger than what a response buffers before it asks its writer to wait. */
const LARGE = "x".repeat(100_000)
const published = (seq: number, more = "") => {
  const status = { seq, steady: "x".repeat(500), more }
  return { seq, status, bytes: Buffer.from(JSON.stringify(status)) }
}

/** A page that reads, with the messages it has been sent. */
const reading = () => {
  const response = unread()
  const messages: Array<string> = []
  response.write = ((chunk: string | Buffer) => messages.push(String(chunk)) > 0) as typeof response.write
  return { response, messages }
}

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
  it("gets the whole status under the sequence it stands at, then what has changed, and the beats", () => {
    const hub = makeStreamHub()
    const { response, messages } = reading()
    hub.open(response, published(1))
    hub.send(published(2))
    hub.tick()
    hub.send(published(3))
    hub.tick()
    hub.beat()
    expect(messages).toEqual([
      "retry: 1000\n",
      `id: 1\ndata: ${published(1).bytes.toString()}\n\n`,
      // Nobody knows what those have who came before the first message.
      `id: 2\ndata: ${published(2).bytes.toString()}\n\n`,
      `id: 3\nevent: patch\ndata: [{"op":"replace","path":"/seq","value":3}]\n\n`,
      "event: beat\ndata:\n\n"
    ])
  })

  it("gets the whole status again where the changes are as long, or where it has missed one", () => {
    const hub = makeStreamHub()
    const [steady, slow] = [reading(), reading()]
    for (const { response } of [steady, slow]) hub.open(response, published(1))
    hub.send(published(2))
    Object.defineProperty(slow.response, "writableNeedDrain", { value: true, configurable: true })
    hub.tick()
    hub.send(published(3))
    Object.defineProperty(slow.response, "writableNeedDrain", { value: false })
    hub.tick()
    hub.send(published(4))
    expect(steady.messages.at(-1)).toContain("event: patch")
    expect(slow.messages.at(-1)).toBe(`id: 4\ndata: ${published(4).bytes.toString()}\n\n`)
    hub.tick()
    hub.send(published(5, "y".repeat(2_000)))
    expect(steady.messages.at(-1)).toContain("id: 5\ndata: {")
  })
})

describe("a market that changes ten times a second", () => {
  const sequencesOf = (messages: ReadonlyArray<string>) =>
    messages.flatMap((text) => /^id: (\d+)/.exec(text)?.[1] ?? [])

  it("sends a report at once, and until the next tick keeps only the newest of those that follow", () => {
    const hub = makeStreamHub()
    const { response, messages } = reading()
    hub.open(response, published(1))
    for (let seq = 2; seq < 12; seq++) hub.send(published(seq))
    expect(sequencesOf(messages)).toEqual(["1", "2"])
    hub.tick()
    hub.tick()
    expect(sequencesOf(messages)).toEqual(["1", "2", "11"])
  })

  it("sends the next report at once again after a second in which there was none", () => {
    const hub = makeStreamHub()
    const { response, messages } = reading()
    hub.open(response, published(1))
    hub.send(published(2))
    hub.tick()
    hub.send(published(3))
    expect(sequencesOf(messages)).toEqual(["1", "2", "3"])
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
