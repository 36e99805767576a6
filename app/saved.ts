/** The market for whoever copies it: what each service saves of its folds. */
import type { Effect } from "effect"
import type { Blocks, SavedMarket, SavedSlot } from "../shared/service/manifest.ts"
import { MARKET_SERVICES } from "./registry.ts"

const savedSlot = (slot: number): SavedSlot => {
  for (const { savesSlot } of MARKET_SERVICES) if (savesSlot !== undefined) return savesSlot(slot)
  throw new Error("no service saves slots")
}

/** `told`: what services tell of themselves. */
export const savedMarket = (told: Effect.Effect<Blocks>): SavedMarket => ({
  slot: savedSlot,
  parts: MARKET_SERVICES.flatMap(({ saves }) => saves?.() ?? []),
  told
})
