/** Routes that read the journal, or fold its past. */
import { Clock, Effect } from "effect"
import type { Journal } from "../../../../shared/journal/port.ts"
import { reportOf, type ReportOptions, roundAge } from "../../core/report.ts"
import { MarketPast } from "../../marketPast.ts"
import { integer, maybeInteger, maybeText, neededInteger, neededText } from "../params.ts"
import { type AnyRoute, ApiProblem, defineRoute } from "../route.ts"
import { Chain, JournalPage, readStory, Why } from "../schema/journal.ts"
import { StatusThen } from "../schema/status.ts"
import { chainOf, linesAt, MOST_AFTER, MOST_LOOKED_AT, pageAfter, pageBefore } from "./pages.ts"
import { WANTED_PARAMS } from "./records.ts"

/** What these routes stand on. */
export type PastPorts = Journal | MarketPast

/** Why there is no answer, as one. */
const asProblem = (error: { readonly _tag: string; readonly message: string }): ApiProblem => {
  if (error instanceof ApiProblem) return error
  const { laid, of } = error as { readonly laid?: number; readonly of?: number }
  if (error._tag === "PastBeingLaid") return new ApiProblem(503, error.message, { laid, of })
  if (error._tag === "NotInThePast" || error._tag === "RecordsArchived") return new ApiProblem(404, error.message)
  return new ApiProblem(503, error.message)
}

const answered = <A, E extends { readonly _tag: string; readonly message: string }, R>(work: Effect.Effect<A, E, R>) =>
  Effect.mapError(work, asProblem)

const NOT_LAID = "the journal cannot be read, or its past is being read for the first time (`laid` of `of` records)"

const journal = defineRoute({
  path: "/api/journal",
  summary: `Records, newest first, or oldest first with \`after\`; at most ${MOST_LOOKED_AT} are looked at for one request`,
  params: {
    before: maybeInteger("Only records before this one.", 1),
    after: maybeInteger("Only records after this one, oldest first.", 0),
    limit: integer("How many at most.", { from: 1, to: 500, otherwise: 100 }),
    ...WANTED_PARAMS,
    order: maybeText("Only records about this order: slot/number (1/42), the exchange's id, or ours.")
  },
  payload: JournalPage,
  problems: { 404: "there is no such order", 503: NOT_LAID },
  answer: ({ before, after, limit, order, ...wanted }) =>
    answered(
      Effect.gen(function* () {
        if (before !== null && after !== null) {
          return yield* Effect.fail(new ApiProblem(400, "before and after: give one of the two"))
        }
        if (order !== null) {
          const { stepsOf } = yield* MarketPast
          const seqs = yield* stepsOf(order)
          if (seqs.length === 0)
            return yield* Effect.fail(new ApiProblem(404, `order=${order}: there is no such order`))
          const older = seqs.filter((seq) => seq < (before ?? Number.POSITIVE_INFINITY) && seq > (after ?? 0))
          const shown = after === null ? older.toReversed() : older
          const records = yield* linesAt(shown.slice(0, limit))
          return { order, records, next: shown.length > limit ? (records.at(-1)?.seq ?? null) : null }
        }
        const page = after === null ? pageBefore(before, limit, wanted) : pageAfter(after, limit, wanted)
        return { order, ...(yield* page) }
      })
    )
})

const chain = defineRoute({
  path: "/api/chain/{seq}",
  summary: `What led to a record, and what follows from it within the next ${MOST_AFTER}`,
  params: {
    seq: neededInteger("The record.", 1),
    limit: integer("How many effects at most.", { from: 1, to: 500, otherwise: 100 })
  },
  payload: Chain,
  problems: { 404: "there is no such record", 503: "the journal cannot be read" },
  answer: ({ seq, limit }) =>
    answered(
      Effect.flatMap(chainOf(seq, limit), (found) =>
        found === null ? Effect.fail(new ApiProblem(404, `there is no record ${seq}`)) : Effect.succeed(found)
      )
    )
})

const why = defineRoute({
  path: "/api/why/{place}",
  summary:
    "Why an order is there and what became of it, or why a slot or the market stood as it did: `kennel why --json`",
  params: { place: neededText("1/42, an order's id, 1@4711, 1@now, mode@2026-11-21T17:03:09.") },
  payload: Why,
  problems: { 404: "there is nothing of that name; the text says what can be asked", 503: NOT_LAID },
  answer: ({ place }) =>
    answered(
      Effect.gen(function* () {
        const past = yield* MarketPast
        return { story: readStory(yield* past.why(place)) }
      })
    )
})

/** The status as it was; `options`: those of the live one. */
const at = (options: ReportOptions) =>
  defineRoute({
    path: "/api/at/{seq}",
    summary: "The status as it was after a record, folded from the nearest stepping stone",
    params: { seq: neededInteger("The record.", 1) },
    payload: StatusThen,
    problems: { 404: "there is no such record", 503: NOT_LAID },
    answer: ({ seq }, { report }) =>
      answered(
        Effect.gen(function* () {
          const past = yield* MarketPast
          const { moment, storedMs } = yield* past.at(seq)
          const nowMs = yield* Clock.currentTimeMillis
          const { where } = report.journal
          // What was heard then counts as heard: the past is not history to itself.
          const watched = { where, problem: null, head: seq, startHead: 0 }
          const then = reportOf({ ...moment, journal: watched, silentSec: 0, clockSilentSec: 0, chat: null }, options)
          return { ...then, age_sec: storedMs === 0 ? 0 : roundAge(Math.max(0, nowMs - storedMs) / 1_000) }
        })
      )
  })

/** All of them. */
export const pastRoutes = (options: ReportOptions): ReadonlyArray<AnyRoute<PastPorts>> => [
  journal,
  chain,
  why,
  at(options)
]
