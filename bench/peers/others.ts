/** The same work by other people's libraries, each in its own idiom: emmett's in-memory event store, and an actor of xstate. */
import type { MarketEvent } from "../../shared/events/event.ts"
import { evolve, NOTHING, type Tally } from "./work.ts"

/** One way of doing the work. */
export interface Contender {
  readonly name: string
  /** Makes it stand where these events have led. Not timed. */
  readonly filled: (events: ReadonlyArray<MarketEvent>) => Promise<Filled>
}

/** One that holds events. */
export interface Filled {
  /** Opens what holds them, where that is something: a directory, a connection. Not timed. */
  readonly opened: () => Promise<Opened>
}

/** One that can be asked. */
export interface Opened {
  /** The state, from nothing but what is held. */
  readonly recover: () => Promise<Tally>
  /** Appends each event by itself and has it in the live state before the next; the state at the end. */
  readonly appendEach: (events: ReadonlyArray<MarketEvent>) => Promise<Tally>
  readonly close: () => Promise<void>
}

/** One that is always open. */
export const alwaysOpen = (opened: Omit<Opened, "close">): Filled => ({
  opened: () => Promise.resolve({ ...opened, close: () => Promise.resolve() })
})

/** emmett keeps events in memory here: its stores on disk are databases. */
export const emmett = async (): Promise<Contender> => {
  const { getInMemoryEventStore } = await import("@event-driven-io/emmett")
  const step = (tally: Tally, { data }: { readonly data: Readonly<Record<string, unknown>> }): Tally =>
    evolve(tally, data as unknown as MarketEvent)
  const eventOf = (event: MarketEvent) => ({ type: event._tag, data: event as unknown as Record<string, unknown> })
  return {
    name: "emmett 0.42.0, in memory",
    filled: async (events) => {
      const store = getInMemoryEventStore()
      if (events.length > 0) await store.appendToStream("slot-1", events.map(eventOf))
      const recover = async (): Promise<Tally> =>
        (await store.aggregateStream("slot-1", { initialState: () => NOTHING, evolve: step })).state
      let live = await recover()
      return alwaysOpen({
        recover,
        appendEach: async (more) => {
          for (const event of more) {
            await store.appendToStream("slot-1", [eventOf(event)])
            live = evolve(live, event)
          }
          return live
        }
      })
    }
  }
}

/** xstate keeps no events: what is recovered is sent to a new actor. */
export const xstate = async (): Promise<Contender> => {
  const { createActor, fromTransition } = await import("xstate")
  return {
    name: "xstate 5.33.3, in memory",
    filled: (events) => {
      const begun = () => createActor(fromTransition<Tally, MarketEvent>(evolve, NOTHING)).start()
      const recovered = () => {
        const actor = begun()
        for (const event of events) actor.send(event)
        return actor
      }
      const live = recovered()
      const held = alwaysOpen({
        recover: () => Promise.resolve(recovered().getSnapshot().context),
        appendEach: (more) => {
          for (const event of more) live.send(event)
          return Promise.resolve(live.getSnapshot().context)
        }
      })
      return Promise.resolve(held)
    }
  }
}
