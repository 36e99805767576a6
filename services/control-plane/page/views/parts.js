/** What several parts of the page are made of. Pure. */
import { h } from "../h.js"

/** @import { Child, Element } from "../h.js" */

/**
 * A named section under a heading of the same words.
 * @param {string} classes With dots: `.advice.candles`.
 * @param {string} title
 * @param {...Child} content
 */
export const card = (classes, title, ...content) =>
  h(`section.card${classes}`, { "aria-label": title }, h("h2", title), ...content)

/**
 * A table; a column whose name begins with `#` holds numbers.
 * @param {ReadonlyArray<string>} columns
 * @param {ReadonlyArray<Element>} rows
 */
export const table = (columns, rows) =>
  h(
    "table",
    h(
      "thead",
      h(
        "tr",
        ...columns.map((name) => h(name.startsWith("#") ? "th.n" : "th", { scope: "col" }, name.replace("#", "")))
      )
    ),
    h("tbody", ...rows)
  )

/**
 * A name and its value, as a `dl` wants them.
 * @param {string} name
 * @param {string} classes Of the value.
 * @param {...Child} value
 */
export const term = (name, classes, ...value) => h("div", h("dt", name), h("dd", { class: classes }, ...value))

/**
 * What stands where there is nothing else to show.
 * @param {string} text
 */
export const empty = (text) => h("p.empty", text)
