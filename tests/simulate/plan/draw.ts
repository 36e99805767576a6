/** Seeded choices. */

/** Numbers in [0, 1), one after the other. */
export type Random = () => number

/** One of these, each as likely as the others. Throws on an empty list. */
export const chosen = <A>(random: Random, list: ReadonlyArray<A>): A => {
  const one = list[Math.floor(random() * list.length)]
  if (one === undefined) throw new RangeError("nothing to choose from")
  return one
}

/** One of these, each as likely as its weight says. */
export const weighed = <A>(random: Random, list: ReadonlyArray<readonly [weight: number, what: A]>): A => {
  let left = random() * list.reduce((sum, [weight]) => sum + weight, 0)
  for (const [weight, what] of list) {
    left -= weight
    if (left < 0) return what
  }
  const last = list.at(-1)
  if (last === undefined) throw new RangeError("nothing to choose from")
  return last[1]
}

/** A number between these. */
export const between = (random: Random, least: number, most: number): number => least + (most - least) * random()

/** A whole number between these, both included; small ones are likelier: as many of each order of magnitude. */
export const magnitude = (random: Random, least: number, most: number): number =>
  Math.round(least * (most / least) ** random())
