/** Import cycles. */
import { TEST_SUPPORT } from "../lists.ts"
import { matches, resolveLocal, type Rule } from "../source.ts"

/**
 * The groups of nodes that reach each other, in Tarjan's order; single nodes are left out unless they point at
 * themselves. `edges` maps every node to its successors.
 */
export const cyclicGroups = (
  edges: ReadonlyMap<string, ReadonlyArray<string>>
): ReadonlyArray<ReadonlyArray<string>> => {
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: Array<string> = []
  const groups: Array<ReadonlyArray<string>> = []

  const visit = (node: string): number => {
    const index = order.size
    order.set(node, index)
    stack.push(node)
    let low = index
    for (const next of edges.get(node) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next))
      else if (stack.includes(next)) low = Math.min(low, lowest.get(next) ?? order.get(next) ?? low)
    }
    lowest.set(node, low)
    if (low === index) {
      const group = stack.splice(stack.indexOf(node))
      if (group.length > 1 || (edges.get(node) ?? []).includes(node)) groups.push(group)
    }
    return low
  }

  for (const node of edges.keys()) if (!order.has(node)) visit(node)
  return groups
}

/** No file is, by way of others, its own import; types count, for a cycle of types is read just as hard. */
export const noCycles: Rule = (sources) => {
  const edges = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports.flatMap(({ specifier }) => (specifier === null ? [] : (resolveLocal(path, specifier) ?? [])))
    ])
  )
  return cyclicGroups(edges).map((group) => `import cycle: ${group.toSorted().join(" ↔ ")}`)
}

/** `shared/<folder>` of a file in one; null for any other file, also for one that lies in `shared/` itself. */
const sharedFolder = (path: string): string | null => /^shared\/[^/]+(?=\/)/.exec(path)?.[0] ?? null

/**
 * The folders of `shared/` stand above each other: no one imports, by way of others, itself. Tests are left out: one may look
 * down from above.
 */
export const noFolderCycles: Rule = (sources) => {
  const edges = new Map<string, Set<string>>()
  for (const { path, imports } of sources) {
    const folder = sharedFolder(path)
    if (folder === null || matches(path, TEST_SUPPORT)) continue
    const targets = edges.get(folder) ?? new Set()
    edges.set(folder, targets)
    for (const { specifier } of imports) {
      const target = specifier === null ? null : resolveLocal(path, specifier)
      const imported = target === null ? null : sharedFolder(target)
      if (imported !== null && imported !== folder) targets.add(imported)
    }
  }
  const lists = new Map([...edges].map(([folder, targets]) => [folder, [...targets]]))
  return cyclicGroups(lists).map((group) => `folders that import each other: ${group.toSorted().join(" ↔ ")}`)
}
