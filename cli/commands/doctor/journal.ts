/** The journal: does it open, is it whole, is anything in it unanswered, and does a governor guard the market? */
import { Effect, Layer, Stream } from "effect"
import { EVERY_ACTOR, readControl, skipKey } from "../../../shared/actor/control/control.ts"
import { decode, decoded } from "../../../shared/actor/control/decode.ts"
import { rulesUnknown } from "../../../shared/actor/control/rulesAdopted.ts"
import { knowsRules, THIS_BUILD } from "../../../shared/core/rules/versions.ts"
import type { Settings } from "../../../app/settings.ts"
import { MAX_EPOCH } from "../../../shared/core/ids/clientId.ts"
import type { Price } from "../../../shared/core/decimal/decimal.ts"
import type { Reason } from "../../../shared/events/reason.ts"
import { sentenceOf } from "../../../shared/core/rules/sentence.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import { Journal } from "../../../shared/journal/port.ts"
import { archiveDirectory, bareJournal, subjectsOf } from "../../../app/leaves/journal.ts"
import { type Check, fail, type Finding, ok, warn } from "./check.ts"
import { feeFinding, sizeFinding } from "./limits.ts"

/** Records at the end that are decoded: what a crash or a bad disk would have spoilt. */
const TAIL_RECORDS = 1_000

/** Whether the journal's end decodes, which halts nobody has answered, and the governor's last mode. */
export const journalCheck = (settings: Settings): Check<Journal> => ({
  what: "journal",
  look: Effect.gen(function* () {
    const journal = yield* Journal
    const subjects = subjectsOf(settings)
    const head = yield* journal.head
    if (head === 0) return [ok("journal", `${journal.where}: empty; the first start fills it`)]
    const from = Math.max(yield* journal.first, head - TAIL_RECORDS + 1)
    const { epoch, rulesVersion, rulesSeq, faults, skipped } = yield* readControl(subjects)
    yield* journal.read({ from }).pipe(
      Stream.filter(({ seq }) => !skipped.has(skipKey(EVERY_ACTOR, seq))),
      Stream.mapEffect(decode),
      Stream.runDrain
    )
    if (!knowsRules(rulesVersion, THIS_BUILD)) return [tooOld(rulesSeq, rulesVersion)]
    const open = faults.filter(({ actor, seq }) => !skipped.has(skipKey(actor, seq)))
    const unanswered = yield* Effect.forEach(open, faultFinding)
    const whole = ok(
      "journal",
      `${journal.where}: ${head} records, epoch ${epoch}, version ${rulesVersion} of the rules; the last ${head - from + 1} decode`
    )
    const beginning = yield* beginningFinding(settings)
    return [whole, ...epochFindings(epoch), ...beginning, ...unanswered, yield* modeFinding(subjects.out("governor"))]
  })
})

/** A tenth of all the epochs that order ids have room for: a start a minute takes a hundred days there. */
const MANY_EPOCHS = MAX_EPOCH / 10

/** Whether starts use up the epochs: after the last one no order can be given an id. */
export const epochFindings = (epoch: number): ReadonlyArray<Finding> => {
  if (epoch < MANY_EPOCHS) return []
  const finding = `epoch ${epoch} of ${MAX_EPOCH}: no order gets an id beyond the last`
  const advice = "a service starts over and over, or raises epochs: kennel journal tail --type EpochRaised names it"
  return [
    (epoch > MAX_EPOCH ? fail : warn)("journal", finding, `${advice}; begin another journal before they are used up`)
  ]
}

/**
 * A fault that nobody has answered: the word of whoever wrote it. What can be seen at once is seen, that a record which nobody is said to
 * read is read here; whether an actor folds one takes longer, and `journal skip` looks before it passes over anything.
 */
const faultFinding = Effect.fnUntraced(function* ({ actor, seq, problem }: EventOf<"FaultRaised">) {
  const said = `a fault is told of ${actor === EVERY_ACTOR ? "every actor" : actor} at record ${seq}: ${problem}`
  const command = (name: string) => `kennel journal ${name} ${seq} --actor "${actor}"`
  const record = yield* Effect.flatMap(Journal, (journal) => journal.get(seq)).pipe(
    Effect.catchTag("RecordsArchived", () => Effect.succeed(null))
  )
  if (record === null) return fail("journal", `${said}; there is no such record here`, command("keep"))
  const stands =
    actor === EVERY_ACTOR &&
    (yield* decode(record).pipe(Effect.match({ onFailure: () => false, onSuccess: () => true })))
  return stands
    ? fail("journal", `${said}; this build reads it`, `see who wrote the fault, pass nothing over: ${command("keep")}`)
    : fail("journal", said, `fix the code, or, which looks at the record first: ${command("skip")}`)
})

/** Where the journal itself begins, and who has what stood before; nothing is said of a whole one. */
const beginningFinding = Effect.fnUntraced(function* (settings: Settings) {
  const { first: known } = yield* Journal
  const first = yield* Effect.flatMap(Journal, (journal) => journal.first).pipe(
    Effect.provide(Layer.fresh(bareJournal(settings)))
  )
  if (first === 1) return []
  const begins = `begins at record ${first}, what stood before was dropped`
  const archive = archiveDirectory(settings)
  if ((yield* known) === 1) return [ok("journal", `${begins} and is read from the archive ${archive}`)]
  const advice = "bring its files there, or name their directory with ARCHIVE_DIR: proofs from record 1 need them"
  return [warn("journal", `${begins} and does not stand in the archive ${archive}`, advice)]
})

/** Whatever this build would do with the journal, it may not. */
const tooOld = (seq: number, rulesVersion: number): Finding =>
  fail("journal", rulesUnknown(seq, rulesVersion, THIS_BUILD).message, "start a newer build")

/** Fees, size and price as the journal last heard them: what can be said while the exchange is not reached. */
export const journalTermsCheck = (settings: Settings): Check<Journal> => ({
  what: "fees",
  look: Effect.gen(function* () {
    const journal = yield* Journal
    const subjects = subjectsOf(settings)
    let fees: EventOf<"FeesObserved"> | null = null
    let constraints: EventOf<"ConstraintsObserved"> | null = null
    yield* journal.read({ from: "first", filter: subjects.account }).pipe(
      decoded,
      Stream.runForEach(({ events }) =>
        Effect.sync(() => {
          for (const event of events) {
            if (event._tag === "FeesObserved") fees = event
            else if (event._tag === "ConstraintsObserved") constraints = event
          }
        })
      )
    )
    const last = yield* journal.last(subjects.price)
    const priced = last === null ? undefined : (yield* decode(last)).events.findLast(isPrice)
    return termsFindings(settings, fees, constraints, priced?.last ?? null)
  })
})

const isPrice = (event: MarketEvent): event is EventOf<"PriceObserved"> => event._tag === "PriceObserved"

const termsFindings = (
  settings: Settings,
  fees: EventOf<"FeesObserved"> | null,
  constraints: EventOf<"ConstraintsObserved"> | null,
  price: Price | null
): ReadonlyArray<Finding> => {
  if (fees === null && constraints === null) return []
  const { minVolume, minCost } = constraints ?? settings.slot
  const terms = { makerPct: fees?.makerPct ?? null, minVolume, minCost, price, source: "the journal" }
  return [feeFinding(settings, terms), sizeFinding(settings.slot, terms)]
}

/** The mode as the governor last said it. */
const modeFinding = Effect.fnUntraced(function* (subject: string) {
  const journal = yield* Journal
  let last: EventOf<"ModeChanged"> | null = null
  yield* journal.read({ from: "first", filter: subject }).pipe(
    decoded,
    Stream.runForEach(({ events }) =>
      Effect.sync(() => {
        for (const event of events) if (event._tag === "ModeChanged") last = event
      })
    )
  )
  return modeOf(last, yield* journal.first)
})

const modeOf = (last: EventOf<"ModeChanged"> | null, first: number): Finding => {
  if (last === null && first > 1) return ok("governor", `its mode has not changed since record ${first}`)
  if (last === null) return warn("governor", "has never spoken in this journal", "it does at the next start")
  const text = `${last.mode}: ${sentenceOf(last.reason)}`
  // No failure: a halted market opens nothing, and it must run to mind its exits and to hear `resume`.
  if (last.mode === "HALTED")
    return warn("governor", text, "start, read the page or /api/status for what broke, mend it, then resume")
  return last.mode === "PAUSED" ? warn("governor", text, endOf(last.reason)) : ok("governor", text)
}

/** What ends a pause: by its cause. */
const endOf = ({ rule, numbers }: Reason): string => {
  switch (rule) {
    case "daily_loss_lock":
      return numbers["goesOnAtMs"] === undefined
        ? "the lock opens at 00:00 UTC of the exchange's clock, or when set_daily_loss_limit raises the limit above the loss; only then resume is granted"
        : "it goes on by itself at 00:00 UTC of the exchange's clock, or sooner when set_daily_loss_limit raises the limit above the loss"
    case "operator":
      return "it stays paused until somebody resumes it"
    default:
      return "it goes on by itself once its cause is gone, unless the page or /api/status (operator_needed) says that somebody must resume it"
  }
}
