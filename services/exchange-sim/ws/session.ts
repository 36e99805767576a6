/** One socket: what it has subscribed to, and how it is told. A client that does not read is dropped. */
import type { WebSocket } from "ws"
import type { Wire } from "../../../shared/pace/wire.ts"
import type { EdgeFaults } from "../faults/edge.ts"
import type { VisibleBook } from "./frames.ts"

/**
 * Bytes that may wait for a slow client: some minutes of a busy market. Past it the socket is cut, as Kraken does; the
 * client subscribes again and gets a snapshot.
 */
const MAX_UNSENT_BYTES = 4 * 1024 * 1024

/** What a socket has subscribed to. `sequence` counts the frames of the channel; `shown` is the book the client has. */
export type Subscription =
  | { readonly channel: "ticker"; readonly trigger: "trades" | "bbo" }
  | { readonly channel: "trade" }
  | { readonly channel: "ohlc"; readonly intervalMin: number }
  | { readonly channel: "book"; readonly depth: number; shown: VisibleBook | null }
  | { readonly channel: "executions"; readonly withStatus: boolean; readonly rateCounter: boolean; sequence: number }
  | { readonly channel: "balances"; sequence: number }

/** One socket of a client. */
export class Session {
  readonly endpoint: "public" | "private"
  private readonly socket: WebSocket
  /** By channel and its parameters. */
  readonly subscriptions = new Map<string, Subscription>()
  /** Whether anything was sent since the last heartbeat. */
  private quiet = true
  /** Seconds of wall time without a subscription. */
  idleSec = 0
  /** The token of the first private request: good for as long as the connection stands. */
  private token: string | null = null
  /** A frame that the fault `reorder-executions` holds back until the next one. */
  private heldBack: object | null = null

  private readonly edge: EdgeFaults
  /** To a client in this process; null: to anybody else. */
  private readonly wire: Wire | null

  constructor(endpoint: "public" | "private", socket: WebSocket, edge: EdgeFaults, wire: Wire | null = null) {
    this.endpoint = endpoint
    this.socket = socket
    this.edge = edge
    this.wire = wire
  }

  /** Whether this socket has shown a token that was good when it was first used. */
  isAuthorised(token: string, isGood: (token: string) => boolean): boolean {
    if (this.token === token) return true
    if (token === "" || !isGood(token)) return false
    this.token = token
    return true
  }

  /** Sent as JSON; dropped when the socket is not open, and ends the socket when too much waits. */
  send(frame: object): void {
    if (this.socket.readyState !== this.socket.OPEN) return
    if (this.socket.bufferedAmount > MAX_UNSENT_BYTES) {
      this.socket.terminate()
      return
    }
    this.quiet = false
    const told = "channel" in frame ? this.edge.rewritten(String(frame.channel), frame) : frame
    const text = JSON.stringify(told)
    this.push(() => this.socket.send(text))
  }

  /** What the client will notice, in its turn. */
  private push(act: () => void): void {
    const open = (): boolean => {
      const is = this.socket.readyState === this.socket.OPEN
      if (is) act()
      return is
    }
    if (this.wire === null) open()
    else this.wire.push(open)
  }

  /** Sends an executions frame in the way a fault wants it, if one does. */
  sendExecutions(frame: object, fault: "drop-executions" | "duplicate-executions" | "reorder-executions" | null): void {
    if (fault === "drop-executions") return
    if (fault === "reorder-executions" && this.heldBack === null) {
      this.heldBack = frame
      return
    }
    this.send(frame)
    if (fault === "duplicate-executions") this.send(frame)
    const held = this.heldBack
    this.heldBack = null
    if (held !== null) this.send(held)
  }

  /** Called once a second: a heartbeat when nothing else flows, and an end for who never subscribes. */
  second(idleLimitSec: number): void {
    if (this.subscriptions.size === 0) {
      if (++this.idleSec >= idleLimitSec) this.close("no subscriptions")
      return
    }
    this.idleSec = 0
    if (this.quiet) this.send({ channel: "heartbeat" })
    this.quiet = true
  }

  close(reason: string): void {
    this.push(() => this.socket.close(1000, reason))
  }

  /** Cuts the connection without a word. */
  cut(): void {
    this.push(() => this.socket.terminate())
  }
}
