/**
 * The wire between two parts of one process, real TCP on loopback, with errands for what travels on it: each message is under way
 * from its sending to its arrival, and no other thing meanwhile. Without such a wire everything is sent at once.
 */
import { Context, Effect } from "effect"
import type { EndTurn, Errands } from "./errands.ts"

/** A request and its reply, which the server may be long in giving: under way are only the two messages. */
export interface Trip {
  /** The one who asked has a reply, or does not wait for one any more. */
  over: boolean
  end: EndTurn
}

/** The header of a request that travels on a wire: another process may ask the same server meanwhile. */
export const WIRE_HEADER = "kennel-wire"

/** What travels between a client and a server of this process. */
export class Wire {
  private readonly errands: Errands
  private origin: string | null = null
  private asking: Trip | null = null
  private frame: EndTurn | null = null
  private opening = false

  constructor(errands: Errands) {
    this.errands = errands
  }

  /** From here on the server answers at this address: `127.0.0.1:8090`. */
  connect(host: string): void {
    this.origin = host
  }

  /** Whether what is sent there stays in this process. */
  covers(url: string): boolean {
    return this.origin !== null && new URL(url).host === this.origin
  }

  /** A client sends a request: `start` sends it, and the trip is over when the client is done with it. */
  ask(start: (trip: Trip) => void): Trip {
    const trip: Trip = { over: false, end: () => undefined }
    trip.end = this.errands.enqueue("a request to the simulated exchange", () => {
      this.asking = trip
      start(trip)
    })
    return trip
  }

  /** The client is done: it has a reply, or gave up. */
  done(trip: Trip): void {
    trip.over = true
    if (this.asking === trip) this.asking = null
    trip.end()
  }

  /** The server sees a request: whose it is. Null: of somebody outside, whose requests do not bear `WIRE_HEADER`. */
  arriving(marked: boolean): Trip | null {
    if (!marked) return null
    const trip = this.asking
    this.asking = null
    return trip
  }

  /** The server has read the whole request. */
  arrived(trip: Trip | null): void {
    trip?.end()
  }

  /** The server replies; `send` writes the reply, or cuts the connection. */
  reply(trip: Trip | null, send: () => void): void {
    if (trip === null || trip.over) return send()
    let sent = false
    const once = (): void => {
      if (!sent) send()
      sent = true
    }
    const end = this.errands.enqueue("a reply of the simulated exchange", once)
    trip.end = () => {
      end()
      // Who gave up before its turn came still has a connection that wants its end.
      once()
    }
  }

  /** A client opens a socket; until `end` the next that the server accepts is that one. */
  open(start: (end: EndTurn) => void): EndTurn {
    return this.errands.enqueue("a socket to the simulated exchange", (end) => {
      this.opening = true
      start(end)
    })
  }

  /** Whether the socket that the server accepts now is one of this process. */
  accepted(): boolean {
    const inside = this.opening
    this.opening = false
    return inside
  }

  /** A socket sends a frame, or cuts; `send` says whether anything goes out that the other side will notice. */
  push(send: () => boolean): void {
    this.errands.enqueue("a frame of the simulated exchange", (end) => {
      this.frame = end
      if (!send()) this.landed()
    })
  }

  /** A frame has arrived, or a socket has closed. */
  readonly landed = (): void => {
    const end = this.frame
    this.frame = null
    end?.()
  }
}

/** The wire in force where an effect runs; null: none, messages travel as they do between machines. */
export const WireInProcess = Context.Reference<Wire | null>("kennel/pace/Wire", { defaultValue: () => null })

/** The wire to this address, if it stays in this process. */
export const wireTo = (url: string): Effect.Effect<Wire | null> =>
  Effect.map(WireInProcess, (wire) => (wire !== null && wire.covers(url) ? wire : null))
