/** Every event of a market in one union: what a record may carry. */
import { Schema } from "effect"
import { AccountEvent } from "./families/account.ts"
import { ClockEvent } from "./families/clock.ts"
import { CommandEvent } from "./families/command.ts"
import { ControlEvent } from "./families/control.ts"
import { GovernorEvent } from "./families/governor.ts"
import { OrderEvent } from "./families/order.ts"
import { PriceEvent } from "./families/price.ts"
import { RebalancerEvent } from "./families/rebalancer.ts"
import { RegimeEvent } from "./families/regime.ts"
import { SlotEvent } from "./families/slot.ts"

/** Any event of a market. */
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
