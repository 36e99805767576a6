/** The page as plain data: made by pure functions, put on the screen by `patch.js`. */

/**
 * @typedef {{ readonly tag: string, readonly attributes: Readonly<Record<string, string>>, readonly children: ReadonlyArray<Node> }} Element
 * @typedef {Element | string} Node
 * @typedef {Node | null | false | ReadonlyArray<Node | null | false>} Child `null` and `false` stand for nothing.
 */

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...Child} children
 * @returns {Element}
 */
export const h = (tag, attributes, ...children) => ({
  tag,
  attributes,
  children: children.flat().filter((child) => child !== null && child !== false)
})

/**
 * The text of a node and all below it, as a reader hears it.
 * @param {Node} node
 * @returns {string}
 */
export const textOf = (node) => (typeof node === "string" ? node : node.children.map(textOf).join(" "))
