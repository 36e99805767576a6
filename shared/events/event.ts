/** Every event of a market: what a record may carry. */
import { Schema } from "effect"
import { AccountEvent } from "./families/account.ts"
import { CandleEvent } from "./families/candle.ts"
import { ClockEvent } from "./families/clock.ts"
import { CommandEvent } from "./families/command.ts"
import { ContextEvent } from "./families/context.ts"
import { ControlEvent } from "./families/control.ts"
import { GovernorEvent } from "./families/governor.ts"
import { LeaseEvent } from "./families/lease.ts"
import { OrderEvent } from "./families/order.ts"
import { PriceEvent } from "./families/price.ts"
import { RebalancerEvent } from "./families/rebalancer.ts"
import { RegimeEvent } from "./families/regime.ts"
import { SealEvent } from "./families/seal.ts"
import { SlotEvent } from "./families/slot.ts"

/** Every event by the family that it belongs to: who writes it, and on which subject it stands. */
export const FAMILIES = {
  price: [PriceEvent],
  clock: [ClockEvent],
  candle: CandleEvent.members,
  context: ContextEvent.members,
  order: OrderEvent.members,
  slot: SlotEvent.members,
  account: AccountEvent.members,
  control: ControlEvent.members,
  governor: GovernorEvent.members,
  command: [CommandEvent],
  lease: [LeaseEvent],
  rebalancer: [RebalancerEvent],
  regime: RegimeEvent.members,
  seal: [SealEvent]
} as const
/** A family of events. */
export type Family = keyof typeof FAMILIES
/** The tags of one family, or of several. */
export type TagOf<F extends Family> = (typeof FAMILIES)[F][number]["Type"]["_tag"]

/** Every event of a market. */
export const MarketEvent = Schema.Union(Object.values(FAMILIES).flat())
export type MarketEvent = typeof MarketEvent.Type
/** The event with this tag: `EventOf<"OrderFilled">`. */
export type EventOf<Tag extends MarketEvent["_tag"]> = Extract<MarketEvent, { readonly _tag: Tag }>

/** Whether this is the governor's answer to a command. */
export const isAnswer = (event: MarketEvent): event is EventOf<"CommandApplied" | "CommandRefused"> =>
  event._tag === "CommandApplied" || event._tag === "CommandRefused"
