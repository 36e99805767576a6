/**
 * Rules that changed between versions, as one table for each actor. The first line says how the oldest version that this build
 * folds decides, each later one only what it changed: so a reader sees what changed when, and a version that no journal needs
 * any more is a line less (what it said moves into the next).
 */

/** A line of the table: from `version` on, these variants are in force. */
export type VariantLine<Variants> = Partial<Variants> & { readonly version: number }

/** The variants in force under each version of the rules. Throws where the lines are not in ascending order. */
export const variantsOf = <Variants extends object>(
  first: Variants & { readonly version: number },
  ...later: ReadonlyArray<VariantLine<Variants>>
): ((rulesVersion: number) => Variants) => {
  const lines: Array<Variants & { readonly version: number }> = [first]
  for (const line of later) {
    const before = lines.at(-1) ?? first
    if (line.version <= before.version) {
      throw new Error(`variants of version ${line.version} stand after those of version ${before.version}`)
    }
    lines.push({ ...before, ...line })
  }
  const newestFirst = lines.toReversed()
  return (rulesVersion) => newestFirst.find(({ version }) => version <= rulesVersion) ?? first
}
