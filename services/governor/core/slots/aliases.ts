/** Names for slots that people can say: those of a pool, then those of removed slots, then numbered ones without end. */

/** What the next name depends on. */
export interface AliasBook {
  readonly pool: ReadonlyArray<string>
  /** Names in use now. */
  readonly used: ReadonlySet<string>
  /** Names of removed slots, oldest first. */
  readonly recycled: ReadonlyArray<string>
  /** Of the last numbered name given; never goes back. */
  readonly counter: number
}

export interface NextAlias {
  readonly alias: string
  readonly recycled: ReadonlyArray<string>
  readonly counter: number
}

/** First an unused name of the pool that waits in no queue, then the queue, then `doge-01`, `doge-02`, … (docs/trading-contract.md §6). */
export const nextAlias = ({ pool, used, recycled, counter }: AliasBook): NextAlias => {
  const fresh = pool.find((name) => !used.has(name) && !recycled.includes(name))
  if (fresh !== undefined) return { alias: fresh, recycled, counter }
  const [oldest, ...rest] = recycled
  if (oldest !== undefined) return { alias: oldest, recycled: rest, counter }
  let number = counter + 1
  while (used.has(numbered(number))) number++
  return { alias: numbered(number), recycled, counter: number }
}

const numbered = (number: number): string => `doge-${String(number).padStart(2, "0")}`
