/** Price, chart, totals and account. Pure. */
import { age, decimal, integer, signed, tone, UNKNOWN } from "./format.js"
import { speedOf } from "../connection.js"
import { h } from "../h.js"
import { card, empty, table, term } from "./parts.js"
import { chart } from "./sparkline.js"

/**
 * @import { StatusReport } from "../../core/report.ts"
 * @import { Level, Sample } from "./sparkline.js"
 */

/** Amounts of a cycle are cents and below; balances are not. */
export const PROFIT_DIGITS = 4
const BALANCE_DIGITS = 2
/** Digits of a price until the exchange has said its own. */
const PRICE_DIGITS = 7
const CHART_HEIGHT = 190
/** Room for `1 A sell exit`. */
const LABEL_WIDTH = 92

/**
 * An age by the reader's clock, with the exchange's beside it where that runs at another speed.
 * @param {number} sec Of the exchange's clock.
 * @param {number} speed
 */
const ageOfBoth = (sec, speed) => (speed === 1 ? age(sec) : `${age(sec / speed)} (${age(sec)} of the exchange's)`)

/** @param {StatusReport} report */
export const priceDigits = (report) => report.constraints?.price_decimals ?? PRICE_DIGITS

/**
 * Every order as a level of the chart.
 * @param {StatusReport} report
 * @returns {ReadonlyArray<Level>}
 */
const levels = (report) =>
  report.slots.flatMap((slot) => [
    ...slot.orders.map(({ price, side, role, trade_id }) => ({
      price: Number(price),
      side,
      label: `${slot.slot_id} ${trade_id} ${side} ${role}`
    })),
    ...slot.recovery_orders.map(({ price, side, trade_id }) => ({
      price: Number(price),
      side,
      label: `${slot.slot_id} ${trade_id} ${side} rec.`
    }))
  ])

/**
 * @param {StatusReport} report
 * @param {ReadonlyArray<Sample>} samples
 * @param {number} width
 */
const drawing = (report, samples, width) => {
  if (width === 0 || samples.length === 0) return h("div.chart")
  const right = width < 480 ? 84 : LABEL_WIDTH
  const { path, end, lines, beyond } = chart(samples, levels(report), { width, height: CHART_HEIGHT, right })
  const described = `Price over the last ${samples.length} changes seen, with ${lines.length} order levels`
  return h(
    "div.chart",
    h(
      "svg",
      {
        viewBox: `0 0 ${width} ${CHART_HEIGHT}`,
        width: String(width),
        height: String(CHART_HEIGHT),
        role: "img",
        "aria-label": described
      },
      ...lines.map(({ y, labelY, label, side }) =>
        h(
          "g",
          { class: side },
          h("line", { x1: "0", x2: String(width - right), y1: String(y), y2: String(y) }),
          h("text", { x: String(width - right + 8), y: String(labelY) }, label)
        )
      ),
      h("path.price", { d: path }),
      end !== null && h("circle.price", { cx: String(end.x), cy: String(end.y), r: "3" })
    ),
    beyond > 0 && h("p.beyond", `${beyond} ${beyond === 1 ? "order" : "orders"} farther away than the chart reaches`)
  )
}

/**
 * @param {StatusReport} report
 * @param {ReadonlyArray<Sample>} samples
 * @param {number | null} ageSec
 * @param {number} width
 */
export const market = (report, samples, ageSec, width) => {
  const { price, bid, ask, quote, price_stale_after_sec: staleAfter } = report.market
  const digits = priceDigits(report)
  const freshness = ageSec === null ? "not heard since the start" : ageSec > staleAfter ? "stale" : "fresh"
  const ageText =
    ageSec === null ? freshness : `${ageOfBoth(ageSec, speedOf(report))} old${freshness === "stale" ? ", stale" : ""}`
  return h(
    "section.card.market",
    { "aria-label": "Market" },
    h(
      "div.quote",
      h("p.last.n", decimal(price, digits), h("small", ` ${quote}`)),
      h(
        "dl",
        term("bid", "n buy", decimal(bid, digits)),
        term("ask", "n sell", decimal(ask, digits)),
        term("age", `n age ${freshness === "fresh" ? "" : "stale"}`, ageText)
      )
    ),
    drawing(report, samples, width)
  )
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} unit
 * @param {string} [className]
 */
const figure = (name, value, unit, className = "") =>
  term(name, `n ${className}`, value, h("small", unit === "" ? "" : ` ${unit}`))

/** @param {string} value */
const isZero = (value) => !/[1-9]/.test(value)

/**
 * What trading has come to: traded and merely booked apart.
 * @param {StatusReport} report
 */
export const totals = (report) => {
  const { quote } = report.market
  const { money, daily_loss: day } = report
  /**
   * @param {string} name
   * @param {string} amount
   * @param {string} [className]
   */
  const gain = (name, amount, className = "") =>
    figure(name, signed(amount, PROFIT_DIGITS), quote, `${className} ${tone(amount, PROFIT_DIGITS)}`)
  const { traded_cycles: traded, evicted_cycles: evicted } = money
  return h(
    "section.card.figures",
    { "aria-label": "Totals" },
    h("h2", "Realised"),
    h(
      "dl",
      gain(`Traded · ${integer(traded)} cycles`, money.traded_profit, "big"),
      evicted > 0 && gain(`Booked, not traded · ${integer(evicted)} evicted`, money.evicted_profit),
      money.corrected_cycles > 0 &&
        gain(`Corrected · ${integer(money.corrected_cycles)} evicted and filled after all`, money.corrected_profit),
      evicted > 0 && gain("Together, as booked", report.total_profit),
      figure("Fees paid, in all fills", decimal(money.fees_paid, PROFIT_DIGITS, true), quote),
      figure("Lost today, UTC", decimal(day.losses, PROFIT_DIGITS, true), quote),
      figure("Gained today, UTC", decimal(day.gains, PROFIT_DIGITS, true), quote)
    )
  )
}

/**
 * What the account is worth against what it began with, and what makes the difference.
 * @param {StatusReport} report
 */
const worth = (report) => {
  const { money, market: names } = report
  const { account: held } = money
  if (held === null || held.value === null) return []
  /**
   * @param {string} name
   * @param {{ readonly base: string, readonly at_market: string | null }} position
   */
  const part = (name, { base, at_market: value }) =>
    isZero(base) && isZero(value ?? "0")
      ? false
      : figure(
          `${name}: ${decimal(base, BALANCE_DIGITS, true)} ${names.base}`,
          value === null ? UNKNOWN : signed(value, PROFIT_DIGITS),
          names.quote
        )
  const against = held.against_holding ?? "0"
  return [
    h(
      "dl",
      figure("Worth now", decimal(held.value, BALANCE_DIGITS, true), names.quote),
      figure("Opening balances, held", decimal(held.holding_value, BALANCE_DIGITS, true), names.quote),
      figure("Against holding", signed(against, PROFIT_DIGITS), names.quote, tone(against, PROFIT_DIGITS)),
      figure("of that booked", signed(report.total_profit, PROFIT_DIGITS), names.quote),
      part("open at market", money.open_positions),
      part("evicted, followed by no slot", money.evicted_positions),
      part("given up", money.given_up),
      part("taken as fees", money.fees_in_base),
      part("not from trades here", held.unexplained)
    )
  ]
}

/** @param {StatusReport} report */
export const account = (report) => {
  const { account: held, market: names } = report
  /**
   * @param {string} name
   * @param {string | undefined} free
   * @param {string | undefined} hold
   */
  const row = (name, free, hold) =>
    h(
      "tr",
      h("th", { scope: "row" }, name),
      h("td.n", decimal(free ?? null, BALANCE_DIGITS, true)),
      h("td.n", decimal(hold ?? null, BALANCE_DIGITS, true))
    )
  return card(
    ".figures",
    "Account",
    table(
      ["currency", "#free", "#in orders"],
      [row(names.base, held?.base_free, held?.base_hold), row(names.quote, held?.quote_free, held?.quote_hold)]
    ),
    held === null && empty(`${UNKNOWN} the exchange has not been asked yet`),
    ...worth(report)
  )
}
