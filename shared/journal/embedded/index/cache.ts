/** The least recently used goes when the sum of sizes would pass a limit. Pure. */

/** Values by key, bounded by the sum of their sizes. */
export interface ByteCache<A> {
  readonly get: (key: string) => A | undefined
  /** `bytes` is what the value costs in memory, roughly. */
  readonly put: (key: string, value: A, bytes: number) => void
}

/** Empty. A value larger than the limit stays until the next one comes. */
export const makeByteCache = <A>(maxBytes: number): ByteCache<A> => {
  // A map keeps the order in which its keys were set.
  const held = new Map<string, { readonly value: A; readonly bytes: number }>()
  let total = 0
  const remove = (key: string): { readonly value: A; readonly bytes: number } | undefined => {
    const found = held.get(key)
    if (found !== undefined) total -= found.bytes
    held.delete(key)
    return found
  }
  return {
    get: (key) => {
      const found = remove(key)
      if (found === undefined) return undefined
      held.set(key, found)
      total += found.bytes
      return found.value
    },
    put: (key, value, bytes) => {
      remove(key)
      held.set(key, { value, bytes })
      total += bytes
      for (const oldest of held.keys()) {
        if (total <= maxBytes || oldest === key) break
        remove(oldest)
      }
    }
  }
}
