/** On which subject of a benchmark's market an event stands. */
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import { FAMILIES, type MarketEvent } from "../../shared/events/event.ts"

const FAMILY_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(FAMILIES).flatMap(([family, members]) =>
    members.map((member) => [member.fields._tag.schema.literal as string, family] as const)
  )
)

/** Of slot 1, its exchange and its governor. */
export const subjectsByTag = (subjects: MarketSubjects): ((event: MarketEvent) => string) => {
  const subjectOf: Readonly<Record<string, string>> = {
    price: subjects.price,
    clock: subjects.clock,
    account: subjects.account,
    control: subjects.control("bench"),
    governor: subjects.out("governor"),
    order: subjects.order(1)
  }
  return ({ _tag }) => subjectOf[FAMILY_OF.get(_tag) ?? ""] ?? ""
}
