/** The whole page as data, from what is known. Pure. */
import { rebalancer, regime } from "./adviceView.js"
import { candles } from "./candlesView.js"
import { conditionOf, priceAgeSec } from "../connection.js"
import { age, dateTime, integer, timeOfDay, UNKNOWN } from "./format.js"
import { governor, halt, logs, steps } from "./governorView.js"
import { h } from "../h.js"
import { empty, term } from "./parts.js"
import { account, market, totals } from "./marketView.js"
import { cycles, retired, slotCard } from "./slotView.js"

/**
 * @import { StatusReport } from "../../core/report.ts"
 * @import { Condition, Known } from "../connection.js"
 * @import { Element } from "../h.js"
 * @typedef {{ readonly nowMs: number, readonly chartWidth: number }} Screen `chartWidth` in CSS pixels; 0 before the first layout.
 */

/** `recorded:/long/path/day.csv` → `recorded day.csv`: a path is for whoever gave it. @param {string} market */
const marketName = (market) => {
  const colon = market.indexOf(":")
  return colon < 0
    ? market
    : `${market.slice(0, colon)} ${market.slice(market.lastIndexOf("/") + 1).replace(/^.*:/, "")}`
}

/** @param {StatusReport} report */
const tradingTag = (report) => {
  if (report.trading === "live") return h("span.tag.live", h("b", "LIVE"), " real money")
  const simulated = report.simulator
  const where = simulated === null ? "" : ` · ${marketName(simulated.market)} ×${simulated.speed}`
  return h("span.tag.paper", h("b", "PAPER"), ` simulated money${where}`)
}

/**
 * @param {Known} known
 * @param {Condition} condition
 */
const header = ({ report, link }, condition) => {
  const linkText = { connecting: "connecting", open: "connected", lost: "disconnected" }[link]
  return h(
    "header",
    h("h1", "Kennel", h("span.pair", report?.market.pair ?? "")),
    h(
      "div.tags",
      report !== null && tradingTag(report),
      h("span", { class: `tag state ${condition.kind}`, role: "status" }, condition.title)
    ),
    h(
      "dl.vitals",
      term("server", `link ${link}`, linkText),
      term("journal", "n", `#${integer(report?.market.last_event_seq ?? null)}`),
      term("exchange, UTC", "n", timeOfDay(report?.market.venue_time ?? null))
    )
  )
}

/**
 * What needs a person's eye: why it waits, is stale, halted or lost, and what else is odd. Nothing when all is well.
 * @param {Known} known
 * @param {Condition} condition
 * @param {number} nowMs
 */
const notice = ({ report, reportAtMs }, condition, nowMs) => {
  const warnings = report?.warnings ?? []
  if (condition.kind === "ready" && warnings.length === 0) return null
  const since =
    condition.kind === "lost" && report !== null ? [`Last heard ${age((nowMs - reportAtMs) / 1000)} ago.`] : []
  const lines = [...since, ...condition.details, ...warnings]
  const starting = condition.kind === "starting" && report !== null
  if (lines.length === 0 && !starting) return null
  const kind = condition.kind === "ready" ? "warning" : condition.kind
  const heading = condition.kind === "ready" ? "Look at this" : condition.title
  return h(
    "section",
    { class: `notice ${kind}`, "aria-label": "Attention" },
    h("h2", heading),
    starting && steps(report),
    lines.length > 0 && h("ul", ...lines.map((line) => h("li", line))),
    condition.kind === "halted" && report?.last_halt != null && halt(report.last_halt)
  )
}

/** @param {StatusReport} report */
const footer = (report) => {
  const { journal, constraints, fees, orders } = report
  const terms =
    constraints === null
      ? UNKNOWN
      : `at least ${constraints.min_volume} ${report.market.base} and ${constraints.min_cost} ${report.market.quote}, pair ${constraints.status}`
  const rows = [
    [
      "Journal",
      `${journal.where}, ${integer(report.market.last_event_seq)} of ${integer(journal.head)} records, epoch ${journal.epoch}, rules version ${journal.rules_version}`
    ],
    [
      "Orders",
      `${orders.open} open, ${orders.sending} being sent, ${orders.unknown} unknown; since the beginning ${integer(orders.sent)} sent, ` +
        `${integer(orders.filled)} filled, ${integer(orders.cancelled)} cancelled, ${integer(orders.rejected)} rejected; ` +
        `${integer(orders.withdrawn)} withdrawn before they were sent`
    ],
    ["Account", report.reconciled ? "orders compared with the exchange" : "orders not yet compared with the exchange"],
    ["Order terms", terms],
    ["Fees", fees === null ? UNKNOWN : `maker ${fees.maker_pct} %, taker ${fees.taker_pct} %`],
    ["Unreadable frames", `${integer(journal.quarantined)} put aside`],
    ["Server start", `${dateTime(report.started_at)} UTC`]
  ]
  return h(
    "footer",
    h("dl", ...rows.map(([name = "", value = ""]) => h("div", h("dt", name), h("dd", value)))),
    h("p", "The same as JSON: ", h("a", { href: "/api/status" }, "/api/status"))
  )
}

/**
 * @param {Known} known
 * @param {Screen} screen
 * @returns {Element}
 */
export const page = (known, screen) => {
  const { report, samples } = known
  const condition = conditionOf(known, screen.nowMs)
  const old = condition.kind === "lost" ? " old" : ""
  const root = { id: "app", class: condition.kind }
  const top = [header(known, condition), notice(known, condition, screen.nowMs)]
  if (report === null) return h("div", root, ...top, h("main", empty("Nothing has been heard yet.")))
  const ageSec = priceAgeSec(known, screen.nowMs)
  return h(
    "div",
    root,
    ...top,
    h(
      "main",
      { class: `content${old}` },
      market(report, samples, ageSec, screen.chartWidth),
      h("div.side", totals(report), account(report)),
      governor(report),
      h("div.models", regime(report), rebalancer(report), candles(report)),
      h(
        "section.slots",
        { "aria-label": "Slots" },
        ...report.slots.map((slot) => slotCard(slot, report)),
        retired(report),
        report.slots.length === 0 && empty("No slots yet: none is configured in the journal.")
      ),
      cycles(report),
      logs(report)
    ),
    footer(report)
  )
}
