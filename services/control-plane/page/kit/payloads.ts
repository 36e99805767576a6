/** What the routes answer, and its parts under the names that the page has for them: the types of the schemas that the server answers by. */
import type { Candles as CandlesSchema } from "../../api/schema/candles.ts"
import type {
  Cycles as CyclesSchema,
  Pnl as PnlSchema,
  SlotHistory as SlotHistorySchema
} from "../../api/schema/history.ts"
import type {
  Chain as ChainSchema,
  JournalLine as JournalLineSchema,
  JournalPage as JournalPageSchema
} from "../../api/schema/journal.ts"
import type { SlotNow as SlotNowSchema } from "../../api/schema/status.ts"
import type { Config as ConfigSchema } from "../../api/schema/server.ts"

/** `/api/candles`. */
export type Candles = typeof CandlesSchema.Type
/** A closed candle. */
export type Candle = Candles["candles"][number]
/** What a candle says of prices, closed or forming. */
export type Bar = Omit<NonNullable<Candles["forming"]>, "prices">

/** `/api/cycles`. */
export type Cycles = typeof CyclesSchema.Type
/** A booked cycle. */
export type Cycle = Cycles["cycles"][number]
/** One order of a cycle, with the records it stands in. */
export type CycleLeg = NonNullable<Cycle["entry"]>

/** `/api/slots/:id`. */
export type SlotNow = typeof SlotNowSchema.Type

/** `/api/slots/:id/history`. */
export type SlotHistory = typeof SlotHistorySchema.Type
/** An order that a slot has or had. */
export type PastOrder = SlotHistory["orders"][number]

/** `/api/pnl`. */
export type Pnl = typeof PnlSchema.Type
/** By what sums are kept. */
export type PnlBy = Pnl["by"]
/** One day, week or month. */
export type PnlPeriod = Pnl["periods"][number]

/** `/api/journal`. */
export type JournalPage = typeof JournalPageSchema.Type
/** One record of the journal. */
export type JournalLine = typeof JournalLineSchema.Type
/** `/api/chain/:seq`. */
export type Chain = typeof ChainSchema.Type

/** `/api/config`. */
export type Config = typeof ConfigSchema.Type
/** One setting. */
export type Setting = Config["settings"][number]
