/** One slot as a card, and the cycles of all slots. Pure. */
import { decimal, integer, percent, signed, timeOfDay, tone } from "./format.js"
import { actionButton } from "./governorView.js"
import { h } from "../h.js"
import { priceDigits, PROFIT_DIGITS } from "./marketView.js"

/** @import { ReportedSlot, StatusReport } from "../../core/report.ts" */

/** @param {ReportedSlot} slot */
const nameOf = (slot) => slot.alias ?? `Slot ${slot.slot_id}`

/** Cycles shown, over all slots. */
const SHOWN_CYCLES = 12

/** What a phase means, by its name in docs/trading-contract.md §1. Trade A sells first and buys back, trade B buys first and sells. */
const PHASES = {
  S0: "entries out",
  S1a: "A sold, to buy back",
  S1b: "B bought, to sell",
  S2: "both to close"
}

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
    {},
    h(
      "th",
      { scope: "row" },
      h("span", { class: "leg" }, trade_id),
      h("span", { class: side }, side),
      ` ${what}`,
      note !== "" && h("em", { class: noteClass }, note)
    ),
    h("td", { class: "n" }, decimal(price, priceDigits(report))),
    h("td", { class: "n quiet" }, percent(distance_pct)),
    h("td", { class: "n" }, decimal(volume, report.constraints?.volume_decimals ?? 0, true))
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
  if (active.length + recoveries.length === 0) return h("p", { class: "empty" }, "No orders.")
  return h(
    "table",
    {},
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "order"),
        h("th", { class: "n", scope: "col" }, `price, ${report.market.quote}`),
        h("th", { class: "n", scope: "col" }, "to market"),
        h("th", { class: "n", scope: "col" }, report.market.base)
      )
    ),
    h("tbody", {}, ...active, ...recoveries)
  )
}

/**
 * @param {ReportedSlot} slot
 * @param {StatusReport} report
 */
export const slotCard = (slot, report) => {
  const only = slot.long_only ? "long only" : slot.short_only ? "short only" : ""
  const refused = Object.entries(slot.refusals).filter(([, answer]) => answer !== null)
  const { quote } = report.market
  return h(
    "article",
    { class: `card slot${slot.halted === null ? "" : " halted"}` },
    h(
      "div",
      { class: "heading" },
      h("h2", {}, nameOf(slot), slot.alias !== undefined && h("small", {}, ` slot ${slot.slot_id}`)),
      h("p", { class: "phase" }, h("b", {}, slot.phase), PHASES[slot.phase], only !== "" && h("em", {}, only)),
      slot.life === "retiring" && h("p", { class: "retiring" }, "retiring"),
      slot.life === "active" &&
        actionButton(
          "remove_slot",
          "Remove",
          { class: "small", "aria-label": `Remove ${nameOf(slot)}` },
          { slot: slot.slot_id }
        )
    ),
    slot.halted !== null && h("p", { class: "broken" }, `Halted: ${slot.halted.join("; ")}`),
    orders(slot, report),
    refused.length > 0 &&
      h(
        "ul",
        { class: "refusals", "aria-label": "Not done at present" },
        ...refused.map(([what, answer]) => h("li", {}, h("b", {}, what.replaceAll("_", " ")), `not now: ${answer}`))
      ),
    h(
      "dl",
      { class: "sums" },
      h(
        "div",
        {},
        h("dt", {}, "profit"),
        h(
          "dd",
          { class: `n ${tone(slot.total_profit, PROFIT_DIGITS)}` },
          signed(slot.total_profit, PROFIT_DIGITS),
          h("small", {}, ` ${quote}`)
        )
      ),
      h(
        "div",
        {},
        h("dt", {}, "fees"),
        h("dd", { class: "n" }, decimal(slot.total_fees, PROFIT_DIGITS, true), h("small", {}, ` ${quote}`))
      ),
      h("div", {}, h("dt", {}, "round trips"), h("dd", { class: "n" }, integer(slot.total_round_trips))),
      h("div", {}, h("dt", {}, "cycle A / B"), h("dd", { class: "n" }, `${slot.cycle_a} / ${slot.cycle_b}`))
    )
  )
}

/** @param {StatusReport} report */
export const cycles = (report) => {
  const digits = priceDigits(report)
  const all = report.slots
    .flatMap((slot) => slot.last_cycles.map((cycle) => ({ slot: nameOf(slot), cycle })))
    .toSorted((a, b) => b.cycle.exit_time - a.cycle.exit_time)
    .slice(0, SHOWN_CYCLES)
  const { base, quote } = report.market
  const head = ["closed, UTC", "cycle", `net, ${quote}`, `fees, ${quote}`, "entry", "exit", base]
  return h(
    "section",
    { class: "card cycles", "aria-label": "Last cycles" },
    h("h2", {}, "Last cycles"),
    all.length === 0
      ? h("p", { class: "empty" }, "No cycle is complete yet.")
      : h(
          "div",
          { class: "scroll", tabindex: "0", role: "group", "aria-label": "Last cycles, table" },
          h(
            "table",
            {},
            h(
              "thead",
              {},
              h("tr", {}, ...head.map((name, i) => h("th", { scope: "col", class: i > 1 ? "n" : "" }, name)))
            ),
            h(
              "tbody",
              {},
              ...all.map(({ slot, cycle }) =>
                h(
                  "tr",
                  {},
                  h("td", { class: "time" }, timeOfDay(cycle.exit_time)),
                  h(
                    "td",
                    {},
                    h("span", { class: "leg" }, cycle.trade_id),
                    `${slot} · ${cycle.cycle}`,
                    cycle.from_recovery && h("em", {}, "recovery")
                  ),
                  h(
                    "td",
                    { class: `n ${tone(cycle.net_profit, PROFIT_DIGITS)}` },
                    signed(cycle.net_profit, PROFIT_DIGITS)
                  ),
                  h("td", { class: "n" }, decimal(cycle.fees, PROFIT_DIGITS)),
                  h("td", { class: "n" }, decimal(cycle.entry_price, digits)),
                  h("td", { class: "n" }, decimal(cycle.exit_price, digits)),
                  h("td", { class: "n" }, decimal(cycle.volume, report.constraints?.volume_decimals ?? 0, true))
                )
              )
            )
          )
        )
  )
}
