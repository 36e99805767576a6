/**
 * What every journal must do, as one suite for all adapters. The names C1..C25 are those of the table in `README.md`,
 * which also says what is not offered and where an adapter's own promises are tested.
 */
import { describe } from "@effect/vitest"
import { appendSentences } from "./contractAppends.ts"
import { dropSentences } from "./contractDrops.ts"
import { readSentences } from "./contractReads.ts"
import { type Capabilities, makeSection, type MakeTarget } from "./contractSupport.ts"
import { wholeSentences } from "./contractWhole.ts"

/** States the contract for one adapter; `make` gives each test an empty store of its own. */
export const journalContract = (name: string, make: MakeTarget, capabilities: Capabilities): void => {
  describe(`journal contract: ${name}`, () => {
    const section = makeSection(make, capabilities)
    appendSentences(section)
    readSentences(section)
    wholeSentences(section)
    dropSentences(section)
  })
}
