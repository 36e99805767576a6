/**
 * `npm run journals -- record <name>`
 *
 * Records a journal for the newest version of the rules that this build has, in the shapes it writes, and with it freezes both
 * (README.md beside this file). Refuses where it has been recorded: a recorded journal is never written again.
 */
import { Effect } from "effect"
import { NEWEST_RULES } from "../../shared/core/rules/versions.ts"
import { ENVELOPE_VERSION } from "../../shared/events/envelope.ts"
import { refusalOf, writeRecorded } from "./corpus.ts"
import { freezeReasons } from "./reasons.ts"
import { freezeShapes } from "./shapes.ts"
import { scarce } from "./scarce.ts"
import { trading } from "./trading.ts"
import { trouble } from "./trouble.ts"

/** What can be recorded, by name. */
const STORIES = { trading, trouble, scarce }

const HELP = `npm run journals -- record <name>

  <name>  ${Object.keys(STORIES).join(", ")}
`

const fail = (text: string): never => {
  process.stderr.write(text)
  process.exit(2)
}

const [command, story = "", ...more] = process.argv.slice(2)
const record = Object.entries(STORIES).find(([name]) => name === story)?.[1]
if (command !== "record" || record === undefined || more.length > 0) fail(HELP)
else {
  const name = `rules-${NEWEST_RULES}-shapes-${ENVELOPE_VERSION}-${story}`
  const refusal = refusalOf(name)
  if (refusal !== null) fail(`journals: ${refusal}\n`)
  const { records, bytes, events } = await Effect.runPromise(
    Effect.flatMap(record, (records) => writeRecorded(name, records))
  )
  freezeShapes()
  freezeReasons()
  process.stdout.write(
    `${name}: ${records} records, ${Object.keys(events).length} kinds of event, ${Math.ceil(bytes / 1_000)} kB\n`
  )
}
