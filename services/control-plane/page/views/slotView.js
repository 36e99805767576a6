/** One slot as a card, and the cycles of all slots. Pure. */
import { decimal, integer, percent, signed, timeOfDay, tone } from "./format.js"
import { actionButton } from "./governorView.js"
import { h } from "../h.js"
import { card, empty, table, term } from "./parts.js"
import { priceDigits, PROFIT_DIGITS } from "./marketView.js"

/** @import { ReportedSlot, StatusReport } from "../../core/report.ts" */

/** @param {ReportedSlot} slot */
const nameOf = (slot) => slot.alias ?? `Slot ${slot.slot_id}`

/** Cycles shown, over all slots. */
const SHOWN_CYCLES = 12

/** An open order is the normal case and says nothing. */
const STATES = {
  requested: "not yet sent",
  claimed: "being sent",
  unknown: "outcome unknown",
  open: "",
  waiting: "to be sent again"
}

/**
 * @param {{ side: "buy" | "sell", trade_id: string, what: string, note: string, noteClass: string,
 *   price: string, volume: string, distance_pct: number | null }} row
 * @param {StatusReport} report
 */
const orderRow = ({ side, trade_id, what, note, noteClass, price, volume, distance_pct }, report) =>
  h(
    "tr",
    h(
      "th",
      { scope: "row" },
      h("span.leg", trade_id),
      h("span", { class: side }, side),
      ` ${what}`,
      note !== "" && h("em", { class: noteClass }, note)
    ),
    h("td.n", decimal(price, priceDigits(report))),
    h("td.n.quiet", percent(distance_pct)),
    h("td.n", decimal(volume, report.constraints?.volume_decimals ?? 0, true))
  )

/**
 * @param {ReportedSlot} slot
 * @param {StatusReport} report
 */
const orders = (slot, report) => {
  const active = slot.orders.map(({ status, role, ...order }) =>
    orderRow({ ...order, what: role, note: STATES[status], noteClass: status }, report)
  )
  const recoveries = slot.recovery_orders.map(({ recovery_id, sentence, status, ...order }) =>
    orderRow(
      {
        ...order,
        what: `recovery ${recovery_id}`,
        note: STATES[status] || sentence,
        noteClass: status === "open" ? "recovery" : status
      },
      report
    )
  )
  if (active.length + recoveries.length === 0) return empty("No orders.")
  const { base, quote } = report.market
  return table(["order", `#price, ${quote}`, "#to market", `#${base}`], [...active, ...recoveries])
}

/** @param {number | null} at Unix seconds of the exchange's clock. */
const since = (at) => (at === null ? "" : `, since ${timeOfDay(at)} UTC`)

/**
 * @param {ReportedSlot} slot
 * @param {StatusReport} report
 */
export const slotCard = (slot, report) => {
  const only = slot.long_only ? "long only" : slot.short_only ? "short only" : ""
  const refused = Object.entries(slot.refusals).filter(([, answer]) => answer !== null)
  const unit = h("small", ` ${report.market.quote}`)
  return h(
    "article",
    { class: `card slot${slot.halted === null ? "" : " halted"}` },
    h(
      "div.heading",
      h("h2", nameOf(slot), slot.alias !== undefined && h("small", ` slot ${slot.slot_id}`)),
      h("p.phase", h("b", slot.phase), slot.phase_in_words, only !== "" && h("em", only)),
      slot.life === "retiring" && h("p.retiring", "retiring"),
      slot.life === "active" &&
        actionButton(
          "remove_slot",
          "Remove",
          { class: "small", "aria-label": `Remove ${nameOf(slot)}` },
          { slot_id: slot.slot_id }
        )
    ),
    slot.halted !== null && h("p.broken", `Halted: ${slot.halted.join("; ")}`),
    orders(slot, report),
    refused.length > 0 &&
      h(
        "ul.refusals",
        { "aria-label": "Not done at present" },
        ...refused.map(([what, answer]) =>
          h("li", h("b", what.replaceAll("_", " ")), `not now${since(slot.refused_since[what] ?? null)}: ${answer}`)
        )
      ),
    h(
      "dl.sums",
      term("profit", `n ${tone(slot.total_profit, PROFIT_DIGITS)}`, signed(slot.total_profit, PROFIT_DIGITS), unit),
      slot.money.evicted_cycles > 0 &&
        term(
          "of that traded",
          `n ${tone(slot.money.traded_profit, PROFIT_DIGITS)}`,
          signed(slot.money.traded_profit, PROFIT_DIGITS),
          unit
        ),
      term("fees paid", "n", decimal(slot.money.fees_paid, PROFIT_DIGITS, true), unit),
      term(
        "round trips",
        "n",
        integer(slot.total_round_trips),
        slot.money.evicted_cycles > 0 && h("small", ` ${integer(slot.money.evicted_cycles)} evicted`)
      ),
      term("cycle A / B", "n", `${slot.cycle_a} / ${slot.cycle_b}`)
    )
  )
}

/**
 * What slots that are gone have left in the totals; nothing while none is.
 * @param {StatusReport} report
 */
export const retired = ({ retired_slots: gone, market: { quote } }) =>
  gone.slot_ids.length > 0 &&
  h(
    "article.card.slot",
    h("div.heading", h("h2", "Retired", h("small", ` ${gone.slot_ids.map((slot) => `slot ${slot}`).join(", ")}`))),
    h(
      "dl.sums",
      term(
        "profit",
        `n ${tone(gone.total_profit, PROFIT_DIGITS)}`,
        signed(gone.total_profit, PROFIT_DIGITS),
        h("small", ` ${quote}`)
      ),
      term("fees paid", "n", decimal(gone.money.fees_paid, PROFIT_DIGITS, true), h("small", ` ${quote}`)),
      term("round trips", "n", integer(gone.total_round_trips))
    )
  )

/** How a cycle came to be booked, where that is not by its own exit. */
const KINDS = {
  closed: "",
  recovered: "recovery",
  evicted: "evicted, not traded",
  corrected: "evicted, filled after all",
  cut_short: "cut short"
}

/** @param {StatusReport} report */
export const cycles = (report) => {
  const digits = priceDigits(report)
  const all = report.slots
    .flatMap((slot) => slot.last_cycles.map((cycle) => ({ slot: nameOf(slot), cycle })))
    .toSorted((a, b) => b.cycle.exit_time - a.cycle.exit_time)
    .slice(0, SHOWN_CYCLES)
  const { base, quote } = report.market
  const columns = ["closed, UTC", "cycle", `#net, ${quote}`, `#fees, ${quote}`, "#entry", "#exit", `#${base}`]
  /** @param {(typeof all)[number]} shown */
  const row = ({ slot, cycle }) =>
    h(
      "tr",
      h("td.time", timeOfDay(cycle.exit_time)),
      h(
        "td",
        h("span.leg", cycle.trade_id),
        `${slot} · ${cycle.cycle}`,
        KINDS[cycle.kind] !== "" && h("em", KINDS[cycle.kind])
      ),
      h("td", { class: `n ${tone(cycle.net_profit, PROFIT_DIGITS)}` }, signed(cycle.net_profit, PROFIT_DIGITS)),
      h("td.n", decimal(cycle.fees, PROFIT_DIGITS)),
      h("td.n", decimal(cycle.entry_price, digits)),
      cycle.kind === "evicted"
        ? h(
            "td.n.quiet",
            { title: "The market's price then: no exit was traded." },
            `(${decimal(cycle.exit_price, digits)})`
          )
        : h("td.n", decimal(cycle.exit_price, digits)),
      h("td.n", decimal(cycle.volume, report.constraints?.volume_decimals ?? 0, true))
    )
  const scrolls = { tabindex: "0", role: "group", "aria-label": "Last cycles, table" }
  return card(
    ".cycles",
    "Last cycles",
    all.length === 0 ? empty("No cycle is complete yet.") : h("div.scroll", scrolls, table(columns, all.map(row)))
  )
}
