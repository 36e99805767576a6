/** Puts a tree of `h` nodes on the screen, changing only what differs: focus, selection and scroll positions stay. */

/** @import { Element as Wanted, Node as WantedNode } from "./h.js" */

const SVG = "http://www.w3.org/2000/svg"

/**
 * @param {WantedNode} wanted
 * @param {Element} parent
 * @returns {ChildNode}
 */
const create = (wanted, parent) => {
  if (typeof wanted === "string") return document.createTextNode(wanted)
  const isSvg = wanted.tag === "svg" || parent.namespaceURI === SVG
  const made = isSvg ? document.createElementNS(SVG, wanted.tag) : document.createElement(wanted.tag)
  patch(made, wanted)
  return made
}

/**
 * @param {ChildNode} node
 * @param {WantedNode} wanted
 */
const fits = (node, wanted) =>
  typeof wanted === "string"
    ? node.nodeType === Node.TEXT_NODE
    : node.nodeName.toLowerCase() === wanted.tag.toLowerCase()

/**
 * Makes `element` look like `wanted`, whose tag it has.
 * @param {Element} element
 * @param {Wanted} wanted
 */
export const patch = (element, wanted) => {
  for (const name of element.getAttributeNames()) if (!(name in wanted.attributes)) element.removeAttribute(name)
  for (const [name, value] of Object.entries(wanted.attributes)) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value)
  }
  wanted.children.forEach((child, index) => {
    const node = element.childNodes[index]
    if (node === undefined) element.append(create(child, element))
    else if (!fits(node, child)) node.replaceWith(create(child, element))
    else if (typeof child !== "string") patch(/** @type {Element} */ (node), child)
    else if (node.nodeValue !== child) node.nodeValue = child
  })
  while (element.childNodes.length > wanted.children.length) element.lastChild?.remove()
}
