/** `kennel export fills|cycles`: what was traded, as rows for taxes and tables. */
import { Console, Effect, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import { decoded } from "../../../shared/actor/control/decode.ts"
import type { StoredRecord } from "../../../shared/events/envelope.ts"
import { Journal } from "../../../shared/journal/port.ts"
import { type Currencies, currenciesOf } from "../../shared/currencies.ts"
import { loadSettings } from "../../shared/settings.ts"
import { archive, from, journalAt, json, stretch, to, where } from "../journal/where.ts"
import { CYCLE_COLUMNS, csvLine, cycleRowsOf, type ExportRow, FILL_COLUMNS, FillRows } from "./rows.ts"

const flags = {
  where,
  archive,
  from,
  to,
  csv: Flag.Boolean("csv").pipe(
    Flag.withDescription("CSV with a line of names: what is written anyway"),
    Flag.withDefault(true)
  ),
  json: json.pipe(Flag.withDescription("A JSON object a line instead of CSV"))
}

/** Rows of what: their columns, and what each record gives, asked of every record from the journal's first on. */
interface What {
  readonly columns: ReadonlyArray<string>
  readonly rows: (currencies: Currencies) => (record: StoredRecord) => ReadonlyArray<ExportRow>
}

const exporting = (name: string, about: string, { columns, rows }: What) =>
  Command.make(
    name,
    flags,
    Effect.fn(function* ({ where, archive, from, to, json }) {
      const settings = yield* loadSettings()
      yield* Effect.gen(function* () {
        const { first, last } = yield* stretch(from, to)
        const rowsOf = rows(currenciesOf(settings))
        if (!json) yield* Console.log(csvLine(columns))
        yield* (yield* Journal).read({ from: "first" }).pipe(
          Stream.takeWhile(({ seq }) => seq <= last),
          decoded,
          Stream.runForEach((record) => {
            const found = rowsOf(record)
            if (record.seq < first) return Effect.void
            const line = (row: ExportRow) =>
              json ? JSON.stringify(row) : csvLine(columns.map((column) => row[column] ?? null))
            return Effect.forEach(found, (row) => Console.log(line(row)), { discard: true })
          })
        )
      }).pipe(Effect.provide(journalAt(settings, where, archive)))
    })
  ).pipe(Command.withDescription(about))

/** The command. */
export const exportCommand = Command.make("export").pipe(
  Command.withSubcommands([
    exporting("fills", "Each fill: time, side, price, volume, cost, fee, currency, order id, txid", {
      columns: FILL_COLUMNS,
      rows: (currencies) => {
        const fills = new FillRows(currencies)
        return (record) => fills.take(record)
      }
    }),
    exporting("cycles", "Each cycle: entry, exit, volume, gross, fees, net", {
      columns: CYCLE_COLUMNS,
      rows: (currencies) => (record) => cycleRowsOf(record, currencies)
    })
  ])
)
