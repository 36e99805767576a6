import { IncomingMessage, ServerResponse } from "node:http"
import { Socket } from "node:net"
import { describe, expect, it } from "vitest"
import { observedAt, OPTIONS } from "../testing/examples.ts"
import { reportOf } from "../core/report.ts"
import { makeStreamHub } from "./streamHub.ts"

/** Larger than what a response buffers before it asks its writer to wait. */
const LARGE = "x".repeat(100_000)
const published = (seq: number, json = "{}") => ({ seq, json, report: reportOf(observedAt([]), OPTIONS) })

/** A response nobody reads: it has no socket, so all that is written stays in its buffer. */
const unread = () => new ServerResponse(new IncomingMessage(new Socket()))

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
