/** Every check in the order in which a person would look. */
import { Effect, Layer } from "effect"
import type { Settings } from "../../../app/settings.ts"
import { exchangeAt } from "../../../app/leaves/exchange.ts"
import { readableJournal } from "../../../app/leaves/journal.ts"
import { type Check, examine, fail, type Finding, ok } from "./check.ts"
import { clockCheck, keysCheck, termsCheck } from "./exchange.ts"
import { journalCheck, journalTermsCheck } from "./journal.ts"
import { feeFinding, tierFinding, tierSaidFinding } from "./limits.ts"
import { dataCheck, nodeCheck, settingsCheck } from "./machine.ts"
import { natsCheck } from "./nats.ts"
import { recordingCheck } from "./recording.ts"
import { storeCheck } from "./store.ts"
import { telegramCheck } from "./telegram.ts"

const only = (finding: Finding): Check<never> => ({ what: finding.what, look: Effect.succeed([finding]) })

/** Findings that need the journal; one that does not open yet is no failure where nothing has been started. */
const withJournal = Effect.fnUntraced(function* (settings: Settings) {
  const nats = settings.natsUrl === "" ? [] : yield* examine(natsCheck(settings))
  if (nats.some(({ level }) => level === "fail")) return nats
  const journal = yield* examine(journalCheck(settings)).pipe(
    Effect.provide(readableJournal(settings)),
    Effect.catch(({ message }) =>
      Effect.succeed([
        /holds no journal|stream not found/.test(message)
          ? ok("journal", "none yet; the first start makes it")
          : fail("journal", message, "see docs/operations.md")
      ])
    )
  )
  return [...nats, ...journal]
})

/** On paper the simulated exchange starts with the market: unless one runs elsewhere there is nobody to ask. */
const startsWithMarket = ({ live, restUrl }: Settings): boolean => !live && restUrl === ""

const simulatedFees = (settings: Settings): Finding => {
  const { simMakerFeePct: makerPct, simOrderMin: minVolume, slot } = settings
  return feeFinding(settings, { makerPct, minVolume, minCost: slot.minCost, price: null, source: "as simulated" })
}

const withExchange = (settings: Settings): Effect.Effect<ReadonlyArray<Finding>> => {
  if (startsWithMarket(settings)) {
    return Effect.succeed([
      ok("exchange", "on paper: the simulated exchange starts with the market; nothing to ask"),
      simulatedFees(settings)
    ])
  }
  // A simulated exchange has a clock of its own, and keys that guard nothing.
  const checks = settings.live ? [clockCheck, termsCheck(settings), keysCheck] : [termsCheck(settings)]
  return Effect.gen(function* () {
    const asked = Effect.forEach(checks, (check) => examine(check))
    const findings = (yield* Effect.provide(asked, Layer.fresh(exchangeAt(settings)))).flat()
    const reached = !findings.some(({ level, what }) => level === "fail" && what === "exchange")
    return reached ? findings : [...findings, ...(yield* journalTerms(settings))]
  })
}

/** A journal that does not open has been named before. */
const journalTerms = (settings: Settings): Effect.Effect<ReadonlyArray<Finding>> =>
  examine(journalTermsCheck(settings)).pipe(
    Effect.provide(readableJournal(settings)),
    Effect.catch(() => Effect.succeed([]))
  )

/** Looks at everything; changes nothing. */
export const runDoctor = Effect.fn("runDoctor")(function* (
  settings: Settings
): Effect.fn.Return<ReadonlyArray<Finding>> {
  const alone: ReadonlyArray<Check<never>> = [
    settingsCheck,
    nodeCheck,
    dataCheck(settings),
    only(tierFinding(settings)),
    ...(settings.live ? [only(tierSaidFinding(settings, process.env["KRAKEN_TIER"]))] : []),
    storeCheck(settings),
    recordingCheck(settings),
    telegramCheck(settings)
  ]
  const local = yield* Effect.forEach(alone, (check) => examine(check))
  return [...local.flat(), ...(yield* withJournal(settings)), ...(yield* withExchange(settings))]
})

/** What is looked at before a start: everything where real money is traded, on paper what can be said without asking anybody. */
export const beforeStart = (settings: Settings): Effect.Effect<ReadonlyArray<Finding>> =>
  settings.live
    ? runDoctor(settings)
    : Effect.succeed([tierFinding(settings), ...(startsWithMarket(settings) ? [simulatedFees(settings)] : [])])
