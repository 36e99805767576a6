/** What the governor allows, what a person may ask of it, and what was asked and told. Pure. */
import { decimal, integer, percent, timeOfDay, UNKNOWN } from "./format.js"
import { h } from "../h.js"
import { card, empty as nothing } from "./parts.js"

/**
 * @import { ActionName } from "../../../../shared/core/actions/actions.ts"
 * @import { StatusReport } from "../../core/report.ts"
 */

/** Lines shown of notices and of commands; the report holds more. */
const SHOWN_LINES = 8
const AMOUNT_DIGITS = 2

/**
 * A button that asks for an action; `page/dialog.js` hears the click.
 * @param {ActionName} action
 * @param {string} label
 * @param {Record<string, string>} [more]
 * @param {Readonly<Record<string, number | string>>} [args] Those that are not left to their defaults, as in `POST /api/action`.
 */
export const actionButton = (action, label, more = {}, args = {}) =>
  h("button", { type: "button", "data-action": action, "data-args": JSON.stringify(args), ...more }, label)

/**
 * @param {string} name
 * @param {string} value
 * @param {string} note
 * @param {string} [className]
 */
const tile = (name, value, note, className = "") =>
  h("div", { class: className }, h("dt", name), h("dd.n", value), h("dd.note", note))

/** @param {StatusReport} report */
const tiles = (report) => {
  const { quote } = report.market
  const { entry_scheduler: entries, capacity_fill_health: room, capital_layers: layers, targets } = report
  const { daily_loss: day } = report
  const profit = targets.profit_pct
  const fees = targets.fees_pct
  return [
    report.mode === "PAUSED" || report.mode === "HALTED"
      ? tile("Entries this loop", "none", `while ${report.mode.toLowerCase()} · ${integer(entries.deferred)} waiting`)
      : tile(
          "Entries this loop",
          `${entries.granted_in_loop} of ${entries.cap}`,
          `${integer(entries.deferred)} waiting · loop ${entries.loop_sec} s`
        ),
    tile(
      "Open orders",
      `${room.open_orders_current} of ${room.open_orders_safe_cap}`,
      `${room.status_band}: ${
        room.blocked_risk_hint.length === 0
          ? `${integer(room.open_order_headroom)} more fit`
          : room.blocked_risk_hint.join(" ")
      }`,
      room.status_band
    ),
    tile(
      "Lost today, UTC",
      day.limit === null
        ? decimal(day.losses, AMOUNT_DIGITS)
        : `${decimal(day.losses, AMOUNT_DIGITS)} of ${decimal(day.limit, AMOUNT_DIGITS)}`,
      `${quote}, losing cycles only; gains ${decimal(day.gains, AMOUNT_DIGITS)}` +
        (day.locked
          ? ` · locked, day ${report.daily_loss_lock_utc_day ?? UNKNOWN}`
          : day.limit === null
            ? " · no limit"
            : ""),
      report.daily_loss_lock_active ? "stop" : ""
    ),
    tile("Capital layers", `${layers.effective} of ${layers.target}`, "in force of wanted"),
    tile(
      "Profit target",
      percent(profit).replace(/^\+/, ""),
      fees === null ? "fees not known yet" : `two maker fees ${percent(fees).replace(/^\+/, "")}`,
      profit !== null && fees !== null && profit <= fees ? "caution" : ""
    ),
    tile("Recoveries", integer(report.recoveries), `${integer(report.soft_closed_total)} soft closed so far`)
  ]
}

/** @param {StatusReport} report */
const buttons = (report) => {
  const still = report.mode === "PAUSED" || report.mode === "HALTED"
  const { refused_actions: refused } = report
  /**
   * One that would be refused says why instead: it stays in the order of focus, so that everybody can read it.
   * @param {ActionName} action
   * @param {string} label
   * @param {Record<string, string>} [more]
   */
  const button = (action, label, more = {}) => {
    const why = refused[action]
    return why === undefined
      ? actionButton(action, label, more)
      : h("button", { type: "button", "aria-disabled": "true", title: `Would be refused: ${why}`, ...more }, label)
  }
  const shown = still ? "resume" : "pause"
  const why = refused[shown]
  return h(
    "div.actions",
    { role: "group", "aria-label": "Actions" },
    button(shown, still ? "Resume" : "Pause", { class: "first" }),
    button("add_slot", "Add slot"),
    button("add_layer", "Add layer"),
    button("remove_layer", "Remove layer"),
    button("soft_close_next", "Soft close oldest"),
    why !== undefined && h("p.note", `${still ? "Resume" : "Pause"} would be refused now: ${why}`)
  )
}

/**
 * Limits and actions.
 * @param {StatusReport} report
 */
export const governor = (report) =>
  h(
    "section.card.governor",
    { "aria-label": "Governor" },
    h("div.heading", h("h2", "Governor"), buttons(report)),
    h("dl.tiles", ...tiles(report))
  )

/**
 * @param {string} title
 * @param {string} empty
 * @param {ReadonlyArray<{ readonly at: number, readonly mark: string, readonly tone: string, readonly text: string,
 *   readonly note: string }>} lines
 */
const log = (title, empty, lines) =>
  card(
    ".log",
    title,
    lines.length === 0
      ? nothing(empty)
      : h(
          "ol",
          ...lines.map(({ at, mark, tone, text, note }) =>
            h(
              "li",
              h("span.time", at === 0 ? UNKNOWN : timeOfDay(at)),
              h("p", h("b", { class: tone }, mark), ` ${text}`, note !== "" && h("em", note))
            )
          )
        )
  )

/**
 * The newest notices and commands, newest first.
 * @param {StatusReport} report
 */
export const logs = (report) =>
  h(
    "div.logs",
    log(
      "Notices",
      "Nothing to tell.",
      report.notices
        .toReversed()
        .slice(0, SHOWN_LINES)
        .map(({ at, severity, text }) => ({ at, mark: severity, tone: severity, text, note: "" }))
    ),
    log(
      "Commands",
      "Nobody has asked for anything yet.",
      report.commands
        .toReversed()
        .slice(0, SHOWN_LINES)
        .map(({ at, author, text, result, reason }) => ({
          at,
          mark: result,
          tone: result,
          text,
          note: result === "refused" && reason !== null ? `by ${author}: ${reason}` : `by ${author}`
        }))
    )
  )

/**
 * The steps of a start that is not done, each with what it waits for.
 * @param {StatusReport} report
 */
export const steps = (report) =>
  h(
    "ol.steps",
    ...report.startup.map(({ step, state, waits_for: what }) =>
      h(
        "li",
        { class: state ?? "later" },
        h("b", step.replaceAll("_", " ")),
        ` ${state ?? "later"}`,
        what !== null && `: ${what}`
      )
    )
  )

/**
 * The shortest list of events found that makes a slot stop.
 * @param {NonNullable<StatusReport["last_halt"]>} halt
 */
export const halt = ({ slot, seq, violations, events, out_of }) =>
  h(
    "div.halt",
    h(
      "p",
      `Slot ${slot} stopped at record ${integer(seq)} (${violations.join("; ")}). ` +
        `Of ${integer(out_of)} events these ${events.length} are enough for that:`
    ),
    h("ol", ...events.map((event) => h("li", `record ${event.seq}.${event.index} ${event.tag}`)))
  )
