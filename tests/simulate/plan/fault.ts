/** What can go wrong. Plain data: a plan can be printed, cut down and run again. */
import type { Life } from "../../../app/inProcess/life.ts"
import type { Command } from "../../../shared/events/families/command.ts"
import type { JournalWeather, SnapshotTrouble } from "../world/journal.ts"
import type { CandleWeather } from "../world/candles/candleWire.ts"
import type { Forgery } from "../world/forgeries.ts"
import type { StoreWeather } from "../world/store.ts"
import type { ServiceName } from "../world/services.ts"
import type { Moment } from "../world/moments.ts"
import type { RequestFate, WireWeather } from "../world/wire.ts"

/** A maker's fee, percent, where nothing has changed it. */
export const MAKER_PCT = 0.25

/** One thing that goes wrong, or that somebody does. */
export type Fault =
  /** Killed between two of its steps, and started again; with or without what it had saved. */
  | { readonly kind: "crash"; readonly services: ReadonlyArray<ServiceName>; readonly downMs: number }
  /** Stopped as an operator stops it, and started again. */
  | { readonly kind: "stop"; readonly service: ServiceName | "all"; readonly downMs: number }
  /** Everything is killed, and the journal loses what it had not acknowledged. */
  | { readonly kind: "power"; readonly downMs: number }
  | { readonly kind: "stall"; readonly service: ServiceName; readonly forMs: number }
  /** A second one of it runs beside. */
  | { readonly kind: "twin"; readonly service: ServiceName; readonly forMs: number }
  | { readonly kind: "wire"; readonly change: Partial<WireWeather>; readonly forMs: number }
  /** What becomes of the next request of its kind. */
  | { readonly kind: "request"; readonly fate: RequestFate }
  /** Others trade with one of our orders, or with all at once: so much of what is left of it. */
  | { readonly kind: "trade"; readonly nth: number | "all"; readonly share: number }
  /** All of this the nth time that the moment comes from here on, each so long after it; 0: within it. */
  | { readonly kind: "aimed"; readonly at: Moment; readonly nth: number; readonly faults: ReadonlyArray<Later> }
  | { readonly kind: "partition"; readonly forMs: number }
  | { readonly kind: "reconnect" }
  | { readonly kind: "journal"; readonly change: Partial<JournalWeather>; readonly forMs: number }
  | { readonly kind: "away"; readonly forMs: number }
  /** The same two of the store. */
  | { readonly kind: "store"; readonly change: Partial<Omit<StoreWeather, "awayUntilMs">>; readonly forMs: number }
  | { readonly kind: "storeAway"; readonly forMs: number }
  /** What is wrong with the exchange's candles alone. */
  | { readonly kind: "candles"; readonly change: Partial<CandleWeather>; readonly forMs: number }
  | { readonly kind: "snapshots"; readonly are: SnapshotTrouble }
  /** The wall clock of a service's machine, or of the journal's, is put on or back. */
  | { readonly kind: "clock"; readonly service: ServiceName | "journal"; readonly byMs: number }
  | { readonly kind: "life"; readonly life: Life }
  | { readonly kind: "command"; readonly command: Command }
  /** The market trades much, so many percent away, and is back at once. */
  | { readonly kind: "wick"; readonly pct: number }
  /** Every service is stopped and started as a build that knows these rules. */
  | { readonly kind: "upgrade"; readonly rules: number }
  /** Somebody writes past every port; an operator excludes it later. */
  | { readonly kind: "forged"; readonly record: Forgery; readonly excludedAfterMs: number }

/** A fault, so many milliseconds after something. */
export type Later = readonly [afterMs: number, fault: Fault]

/** A fault and its moment. */
export interface Timed {
  readonly atMs: number
  readonly fault: Fault
}
