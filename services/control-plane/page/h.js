/** The page as plain data: made by pure functions, put on the screen by `patch.js`. */

/**
 * @typedef {{ readonly tag: string, readonly attributes: Readonly<Record<string, string>>, readonly children: ReadonlyArray<Node> }} Element
 * @typedef {Element | string} Node
 * @typedef {Node | null | false | ReadonlyArray<Node | null | false>} Child `null` and `false` stand for nothing.
 */

/**
 * `h("td.n.quiet", { scope: "row" }, …)`: a tag and its classes, then attributes where there are any, then what is inside.
 * @param {string} selector
 * @param {...(Readonly<Record<string, string>> | Child)} parts
 * @returns {Element}
 */
export const h = (selector, ...parts) => {
  const [tag = "", ...classes] = selector.split(".")
  const [first, ...rest] = parts
  const attributes = isAttributes(first) ? first : {}
  const children = /** @type {ReadonlyArray<Child>} */ (isAttributes(first) ? rest : parts)
  return {
    tag,
    attributes: classes.length === 0 ? attributes : { class: classes.join(" "), ...attributes },
    children: children.flat().filter((child) => child !== null && child !== false)
  }
}

/**
 * @param {Readonly<Record<string, string>> | Child | undefined} part
 * @returns {part is Readonly<Record<string, string>>}
 */
const isAttributes = (part) =>
  typeof part === "object" && part !== null && !Array.isArray(part) && !("children" in part)

/**
 * The text of a node and all below it, as a reader hears it.
 * @param {Node} node
 * @returns {string}
 */
export const textOf = (node) => (typeof node === "string" ? node : node.children.map(textOf).join(" "))
