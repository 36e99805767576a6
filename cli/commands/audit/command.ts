/** `kennel audit`: the double-entry ledger of a journal, and whether the slots' own books and the exchange agree with it. */
import { Console, Effect, identity, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { messageOf } from "../../../shared/core/messageOf.ts"
import { Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { Settings } from "../../../app/settings.ts"
import { auditHistory } from "./exchange.ts"
import { auditJournal, type JournalAudit } from "./journal.ts"
import { explanation, jsonOf, linesOf, moneyTable, profitTable, trialBalance } from "./text.ts"
import { besideRunning, exchangeAt } from "../../../app/leaves/exchange.ts"
import { readableJournal } from "../../../app/leaves/journal.ts"
import { subjectsOf } from "../../../app/leaves/journal.ts"
import { whileReading } from "../../shared/progress.ts"
import { loadSettings } from "../../shared/settings.ts"

/** The ledger and the books beside it differ; the lines above say where. */
class BooksDiffer extends Schema.TaggedError<BooksDiffer>()("BooksDiffer", { differences: Schema.Int }) {
  override get message(): string {
    return `${this.differences} differences between the ledger and what it must agree with`
  }
}

const NOT_ASKED = { problems: [], notes: [] }

const historyOf = (settings: Settings, audit: JournalAudit) =>
  auditHistory(subjectsOf(settings), audit).pipe(Effect.provide(exchangeAt(besideRunning(settings))))

const report = (audit: JournalAudit, said: string | null): ReadonlyArray<string> => [
  ...trialBalance(audit.ledger),
  "",
  ...profitTable(audit),
  "",
  ...moneyTable(audit),
  "",
  ...(audit.unwritten === 0 ? [] : [`${audit.unwritten} decisions are not written yet; they are counted above`]),
  ...(said === null ? [] : [said])
]

/** An amount that a person says was moved; without one, none was. */
const movedFlag = <A extends bigint>(commodity: "base" | "quote", parse: (text: string) => A) =>
  Flag.String(`moved-${commodity}`).pipe(
    Flag.withDescription(
      `What you know to have come into the account beside our trades, of ${commodity} currency; less than 0: what has left it`
    ),
    Flag.withMetavar("amount"),
    Flag.withDefault("0"),
    Flag.mapTryCatch(parse, (error) => `--moved-${commodity} ${messageOf(error)}`)
  )

export const auditCommand = Command.make(
  "audit",
  {
    where: Argument.String("where").pipe(
      Argument.withDescription(
        "A journal directory, a file of a journal, or a nats:// URL. Default: what NATS_URL and DATA_DIR say."
      ),
      Argument.optional
    ),
    lines: Flag.Boolean("lines").pipe(
      Flag.withDescription("Every line, with the event it follows from"),
      Flag.withDefault(false)
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Every transaction as a line of JSON, and nothing else; differences go to standard error"),
      Flag.withDefault(false)
    ),
    exchange: Flag.Boolean("exchange").pipe(
      Flag.withDescription("Read the exchange's trade history too and compare (keys as for trading)"),
      Flag.withDefault(false)
    ),
    movedBase: movedFlag("base", Volume.parse),
    movedQuote: movedFlag("quote", Quote.parse)
  },
  Effect.fn(function* ({ where, lines, json, exchange, movedBase, movedQuote }) {
    const settings = yield* loadSettings()
    yield* Effect.gen(function* () {
      const audit = yield* auditJournal(subjectsOf(settings), (transaction) =>
        json ? Console.log(jsonOf(transaction)) : lines ? Console.log(linesOf(transaction)) : Effect.void
      ).pipe(json || lines ? identity : whileReading("audit"))
      const history = exchange ? yield* historyOf(settings, audit) : NOT_ASKED
      const account = explanation(audit, { base: movedBase, quote: movedQuote })
      const problems = [...audit.problems, ...account.problems, ...history.problems]
      const say = json ? Console.error : Console.log
      if (!json) for (const line of report(audit, account.said)) yield* Console.log(line)
      for (const line of [...history.notes, ...problems]) yield* say(line)
      if (!json) yield* Console.log(`${audit.transactions} transactions, ${problems.length} differences`)
      if (problems.length > 0) return yield* new BooksDiffer({ differences: problems.length })
    }).pipe(Effect.provide(readableJournal(settings, Option.getOrUndefined(where))))
  })
)
