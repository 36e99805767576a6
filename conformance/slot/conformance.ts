/**
 * Runs reference cases (docs/trading-contract.md §15) through the slot's own transitions and lists every difference.
 *
 * What the reference does not know is left out of the comparison: refusals, and the cancel of an evicted recovery the
 * exchange has not accepted yet. Its cancels are done at once, so none is ever pending here.
 */
import { CaseError, CaseObject } from "../format/caseObject.ts"
import { cost, Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"

import { forgetRecovery } from "../../services/slot-actor/core/orders.ts"
import { closeDraft, type Draft, openDraft, type OrderSizes } from "../../services/slot-actor/core/draft.ts"
import { addEntryAfterCooldown, type EntryRule, entrySide } from "../../services/slot-actor/core/entry/entries.ts"
import { orderFilled, recoveryFilled } from "../../services/slot-actor/core/exit/fills.ts"
import { noteProgress } from "../../services/slot-actor/core/orderFacts.ts"
import { orphanLateExits } from "../../services/slot-actor/core/exit/orphan.ts"
import { sideOf, stateOf, tradeOf } from "./reference.ts"
import { refreshStaleEntry } from "../../services/slot-actor/core/entry/refresh.ts"
import { actionsOf, cycleRecord, type Fields, stateRecord } from "./referenceRecords.ts"
import type { Execution, SlotOrder, SlotState } from "../../services/slot-actor/core/state.ts"
import { slotVariants } from "../../services/slot-actor/core/variants.ts"
import { NEWEST_RULES } from "../../shared/core/rules/versions.ts"

/** The rules that want an entry, as the reference names them. */
const ENTRY_RULES = [
  "bootstrap_A",
  "bootstrap_B",
  "reseed_A",
  "reseed_B",
  "degraded_A",
  "degraded_B",
  "auto_repair",
  "refresh_entry",
  "cycle_complete",
  "orphan_A",
  "orphan_B"
] as const satisfies ReadonlyArray<EntryRule>

/** One field that came out otherwise than the reference says. */
export interface Difference {
  /** Index of the step in its case. */
  readonly step: number
  readonly field: string
  readonly expected: unknown
  readonly got: unknown
}

/** Whether a line's value looks like a slot case at all: it has a config, a state to start from and steps. */
export const isSlotCase = (input: unknown): boolean =>
  typeof input === "object" && input !== null && "config" in input && "initial" in input && "steps" in input

/** The differences of one case, empty when it conforms. Throws `CaseError` when the case has not the form of §15. */
export const runSlotCase = (input: unknown): Array<Difference> => {
  const root = new CaseObject(input, "case")
  const initial = root.object("initial")
  let state = stateOf(initial, root.object("config"))
  let cycles = initial.number("completed_cycle_count", 0)
  let lastCycle: unknown = initial.fields["last_cycle"] ?? null
  const differences: Array<Difference> = []
  for (const [index, step] of root.list("steps").entries()) {
    const { state: after, outputs } = applyStep(state, step)
    const known = state
    state = { ...after, book: { ...after.book, pendingCancels: [] } }
    for (const output of outputs) {
      if (output._tag !== "CycleBooked") continue
      cycles += 1
      lastCycle = cycleRecord(output)
    }
    const got = { actions: actionsOf(outputs, known), state: stateRecord(state, cycles, lastCycle) }
    if (step.fields["actions"] === undefined) throw new CaseError(`${step.at}.actions must be a list, is missing`)
    compare(
      index,
      "actions",
      step.list("actions").map((action) => action.fields),
      got.actions,
      differences
    )
    compare(index, "state", step.object("state").fields, got.state, differences)
  }
  return differences
}

const MS = 1000

const applyStep = (state: SlotState, step: CaseObject) => {
  const op = step.text("op")
  switch (op) {
    case "add_entry":
      return addEntryStep(state, step)
    case "bind_txid":
      return bindStep(state, step)
    case "event":
      return eventStep(state, step)
    default:
      throw new CaseError(`${step.at}.op "${op}" is unknown: it must be add_entry, bind_txid or event`)
  }
}

const addEntryStep = (state: SlotState, step: CaseObject) => {
  const tradeId = tradeOf(step)
  if (sideOf(step) !== entrySide(tradeId)) {
    throw new CaseError(`${step.at}.side does not fit: trade ${tradeId} enters with a ${entrySide(tradeId)}`)
  }
  const sizeUsd = step.number("order_size_usd")
  const draft = open(state, { A: sizeUsd, B: sizeUsd })
  addEntryAfterCooldown(draft, tradeId, sizeUsd, step.oneOf("reason", ENTRY_RULES))
  return closeDraft(draft)
}

const bindStep = (state: SlotState, step: CaseObject) => {
  const localId = step.number("local_id")
  const book = noteProgress(state.book, { _tag: "OrderAccepted", clientId: "", localId, txid: step.text("txid") })
  return { state: { ...state, book }, outputs: [] }
}

const eventStep = (state: SlotState, step: CaseObject) => {
  const event = step.object("event")
  const type = event.text("type")
  const nowMs = event.number("timestamp") * MS
  const sizes = sizesOf(step)
  const later = { ...state, nowMs }
  switch (type) {
    case "PriceTick": {
      const draft = open({ ...later, marketPrice: event.number("price"), priceAtMs: nowMs }, sizes)
      refreshStaleEntry(draft)
      return closeDraft(draft)
    }
    case "TimerTick": {
      const draft = open(later, sizes)
      orphanLateExits(draft)
      return closeDraft(draft)
    }
    case "FillEvent": {
      const localId = event.number("order_local_id")
      const order = state.book.orders.find((candidate) => candidate.localId === localId)
      const draft = open(later, sizes)
      if (order !== undefined) orderFilled(draft, order, executionOf(event, order))
      return closeDraft(draft)
    }
    case "RecoveryFillEvent": {
      const recovery = recoveryIn(state, event)
      const draft = open(later, sizes)
      if (recovery !== undefined) recoveryFilled(draft, recovery, executionOf(event, recovery.order))
      return closeDraft(draft)
    }
    case "RecoveryCancelEvent": {
      const draft = open(later, sizes)
      forgetRecovery(draft, event.number("recovery_id"))
      return closeDraft(draft)
    }
    default:
      throw new CaseError(`${event.at}.type "${type}" is no event of the reference`)
  }
}

const open = (state: SlotState, sizes: OrderSizes): Draft => {
  if (state.terms === null) throw new CaseError("case.config is missing")
  return openDraft(state, state.terms, slotVariants(NEWEST_RULES), sizes)
}

const sizesOf = (step: CaseObject): OrderSizes => {
  const usd = step.number("order_size_usd")
  const own = step.optionalObject("order_sizes")
  return { A: own?.number("A", usd) ?? usd, B: own?.number("B", usd) ?? usd }
}

const recoveryIn = (state: SlotState, event: CaseObject) => {
  const recoveryId = event.number("recovery_id")
  return state.book.recoveries.find((candidate) => candidate.recoveryId === recoveryId)
}

/** The reference opens an exit of the volume filled, and closes the whole exit whatever the fill's volume. */
const executionOf = (event: CaseObject, order: SlotOrder): Execution => {
  const price = Price.fromNumber(event.number("price"))
  const volume = order.role === "entry" ? Volume.fromNumber(event.number("volume")) : order.volume
  return { price, volume, cost: cost(price, volume), fee: Quote.fromNumber(event.number("fee")) }
}

/** Compared to 1e-6 absolute: the reference adds doubles where we add exact decimals. */
const MONEY = new Set([
  "total_profit",
  "total_fees",
  "today_realized_loss",
  "gross_profit",
  "net_profit",
  "fees",
  "entry_fee"
])

/** Walks what the reference says; fields it leaves out are not compared. */
const compare = (step: number, field: string, expected: unknown, got: unknown, into: Array<Difference>): void => {
  const name = field.slice(field.lastIndexOf(".") + 1)
  if (name === "violations") {
    const count = Array.isArray(expected) ? expected.length : expected
    if (count !== got) into.push({ step, field, expected, got })
  } else if (Array.isArray(expected) && Array.isArray(got)) {
    if (expected.length !== got.length) into.push({ step, field: `${field}.length`, expected, got })
    else expected.forEach((item, index) => compare(step, `${field}[${index}]`, item, got[index], into))
  } else if (isFields(expected) && isFields(got)) {
    for (const [key, value] of Object.entries(expected)) compare(step, `${field}.${key}`, value, got[key], into)
  } else if (!equal(name, expected, got)) into.push({ step, field, expected, got })
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const equal = (name: string, expected: unknown, got: unknown): boolean => {
  if (typeof expected !== "number" || typeof got !== "number") return expected === got
  const apart = Math.abs(expected - got)
  return MONEY.has(name) ? apart <= 1e-6 : apart <= Math.max(1e-12, 1e-9 * Math.abs(expected))
}
