/** Who folds a market's journal. */
import type { Actor } from "../shared/actor/core/actor.ts"
import { decidersOf, MARKET_SERVICES } from "./registry.ts"
import type { Settings } from "./settings.ts"

/** Every actor that folds a market with these slots: those that decide, those that are shown, and what services know. */
export const everyActorOf = (settings: Settings, slots: ReadonlyArray<number>): ReadonlyArray<Actor<unknown>> => {
  const others = MARKET_SERVICES.flatMap((service) => [
    ...(service.follows ?? []),
    ...(service.show === undefined ? [] : [service.show(settings).actor])
  ])
  return [...new Map([...decidersOf(slots), ...others].map((actor) => [actor.name, actor])).values()]
}
