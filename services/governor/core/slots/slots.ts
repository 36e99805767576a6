/** The slots of the market: configured, added and removed while it runs, each under a name. */
import type { SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import { MAX_SLOT } from "../../../../shared/core/ids/clientId.ts"
import type { Reason } from "../../../../shared/events/reason.ts"
import { nextAlias } from "./aliases.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import type { Draft } from "../draft.ts"
import { forgetWish } from "../entries/funds.ts"
import { forgetOwed } from "../entries/owed.ts"
import { slotGone } from "../mode/mode.ts"
import type { GovernorState } from "../state.ts"

type Slot = GovernorState["slots"]["slots"][number]

/** Slots that may trade at once: at two orders each they fill the highest tier's safe cap before this. */
export const MAX_ACTIVE = 100

/** The slots that trade, ascending. */
export const activeSlots = ({ slots }: GovernorState): ReadonlyArray<Slot> =>
  slots.slots.filter(({ state }) => state === "active")

const active = new WeakMap<ReadonlyArray<Slot>, ReadonlySet<number>>()

/** Whether this slot trades. Asked for every entry that waits: found once for each list, which is replaced and never changed. */
export const isActive = (state: GovernorState, slot: SlotNumber): boolean => {
  const list = state.slots.slots
  const known = active.get(list) ?? new Set(activeSlots(state).map((one) => one.slot))
  active.set(list, known)
  return known.has(slot)
}

const tell = (draft: Draft, why: Reason): void => {
  draft.outputs.push({ _tag: "SlotsSet", slots: draft.state.slots.slots, reason: why })
}

const add = (draft: Draft, slot: SlotNumber): void => {
  const { slots } = draft.state
  const { alias, recycled, counter } = nextAlias({
    pool: draft.rules.aliasPool,
    used: new Set(slots.slots.map((known) => known.alias)),
    recycled: slots.recycledAliases,
    counter: slots.aliasCounter
  })
  const added: Slot = { slot, alias, state: "active" }
  draft.state.slots = {
    ...slots,
    slots: [...slots.slots, added].sort((a, b) => a.slot - b.slot),
    nextSlot: Math.max(slots.nextSlot, slot + 1),
    recycledAliases: recycled,
    aliasCounter: counter
  }
}

const setLife = (draft: Draft, slot: SlotNumber, state: Slot["state"]): void => {
  const { slots } = draft.state
  draft.state.slots = {
    ...slots,
    slots: slots.slots.map((known) => (known.slot === slot ? { ...known, state } : known))
  }
}

/** The slot is gone; its name waits to be given again. */
const drop = (draft: Draft, { slot, alias }: Slot): void => {
  const { slots } = draft.state
  draft.state.slots = {
    ...slots,
    slots: slots.slots.filter((other) => other.slot !== slot),
    recycledAliases: [...slots.recycledAliases, alias]
  }
  forgetOwed(draft, slot)
  slotGone(draft, slot)
}

/** A slot settles its orders before it goes. One that broke its rules does nothing any more: it goes at once. */
const retireSlot = (draft: Draft, known: Slot): void => {
  forgetWish(draft, known.slot)
  if (draft.state.mode.brokenSlots.includes(known.slot)) drop(draft, known)
  else setLife(draft, known.slot, "retiring")
}

/** A list that differs from the last configured one becomes the market's; the same list leaves added slots alone. */
export const configureSlots = (draft: Draft): void => {
  const { configured, listed } = draft.state.slots
  if (configured.length === listed.length && configured.every((slot, index) => slot === listed[index])) return
  draft.state.slots = { ...draft.state.slots, configured: listed }
  for (const known of activeSlots(draft.state)) if (!listed.includes(known.slot)) retireSlot(draft, known)
  for (const slot of listed) {
    const known = draft.state.slots.slots.find((other) => other.slot === slot)
    if (known === undefined) add(draft, slot)
    else if (known.state === "retiring") setLife(draft, slot, "active")
  }
  tell(draft, reason("configured", { slots: listed.length }))
}

/** An operator adds slots: null when they are added, else why not. */
export const addSlots = (draft: Draft, count: number): Reason | null => {
  const active = activeSlots(draft.state).length
  if (active + count > MAX_ACTIVE) return reason("too_many_slots", { active, wanted: count, most: MAX_ACTIVE })
  const { nextSlot } = draft.state.slots
  if (nextSlot + count - 1 > MAX_SLOT) return reason("slot_numbers_used_up", { nextSlot, most: MAX_SLOT })
  for (let n = 0; n < count; n++) add(draft, draft.state.slots.nextSlot)
  tell(draft, reason("slots_added", { count }))
  return null
}

/** An operator removes one slot: null when it goes, else why not. The orders of a broken slot stay, they are the operator's. */
export const removeSlot = (draft: Draft, slot: SlotNumber): Reason | null => {
  const { slots, mode } = draft.state
  const known = slots.slots.find((other) => other.slot === slot)
  if (known === undefined) return reason("no_such_slot", { slot })
  if (known.state === "retiring" && !mode.brokenSlots.includes(slot)) return reason("already_retiring", { slot })
  retireSlot(draft, known)
  tell(draft, reason("slot_removed", { slot }))
  return null
}

/** An operator removes the newest active slots: null when they go, else why none does. */
export const removeSlots = (draft: Draft, count: number): Reason | null => {
  const active = activeSlots(draft.state)
  if (count > active.length) return reason("too_few_slots", { active: active.length, wanted: count })
  for (const known of active.slice(-count)) retireSlot(draft, known)
  tell(draft, reason("slots_removed", { count }))
  return null
}

/** A retired slot has settled. */
export const slotSettled = (draft: Draft, slot: SlotNumber): void => {
  const known = draft.state.slots.slots.find((other) => other.slot === slot)
  if (known?.state !== "retiring") return
  drop(draft, known)
  tell(draft, reason("slot_settled", { slot, alias: known.alias }))
}
