/** Every event of a market in one union: what a record may carry. */
import { Schema } from "effect"
import { AccountEvent } from "./account.ts"
import { ClockEvent } from "./clock.ts"
import { ControlEvent } from "./control.ts"
import { OrderEvent } from "./order.ts"
import { PriceEvent } from "./price.ts"
import { SlotEvent } from "./slot.ts"

export const MarketEvent = Schema.Union([
  PriceEvent,
  ClockEvent,
  ...OrderEvent.members,
  ...SlotEvent.members,
  ...AccountEvent.members,
  ...ControlEvent.members
])
export type MarketEvent = typeof MarketEvent.Type
/** The event with this tag: `EventOf<"OrderFilled">`. */
export type EventOf<Tag extends MarketEvent["_tag"]> = Extract<MarketEvent, { readonly _tag: Tag }>
