/** Every event of a market in one union: what a record may carry. */
import { Schema } from "effect"
import { AccountEvent } from "./account.ts"
import { ClockEvent } from "./clock.ts"
import { CommandEvent } from "./command.ts"
import { ControlEvent } from "./control.ts"
import { GovernorEvent } from "./governor.ts"
import { OrderEvent } from "./order.ts"
import { PriceEvent } from "./price.ts"
import { RebalancerEvent } from "./rebalancer.ts"
import { RegimeEvent } from "./regime.ts"
import { SlotEvent } from "./slot.ts"

export const MarketEvent = Schema.Union([
  PriceEvent,
  ClockEvent,
  ...OrderEvent.members,
  ...SlotEvent.members,
  ...AccountEvent.members,
  ...ControlEvent.members,
  ...GovernorEvent.members,
  CommandEvent,
  RebalancerEvent,
  ...RegimeEvent.members
])
export type MarketEvent = typeof MarketEvent.Type
/** The event with this tag: `EventOf<"OrderFilled">`. */
export type EventOf<Tag extends MarketEvent["_tag"]> = Extract<MarketEvent, { readonly _tag: Tag }>
