/**
 * The settings that a backtest goes by: the rules of slots, governor and rebalancer, the regime advisor's, and account, terms and clock of
 * paper's exchange. `backtestOptionsOf` reads its settings from this table, so that the compiler holds it to them, and a test changes each
 * row and looks whether that makes another backtest. Everything else is of a market that runs: a service, an address, the wall's time.
 */
import { ADVISOR_SETTINGS } from "../../services/hmm-advisor/settings.ts"
import { SIMULATOR_SETTINGS } from "../../services/exchange-sim/settings.ts"
import { SLOT_SETTINGS } from "../../services/slot-actor/settings.ts"
import { EXCHANGE_SETTINGS } from "../../shared/config/exchange.ts"
import { REGIME_SETTINGS } from "../../shared/config/regime.ts"
import { GOVERNOR_RULES, LOSS_LOCK_SETTINGS } from "../../shared/config/rules/governor.ts"
import { REBALANCER_RULES } from "../../shared/config/rules/rebalancer.ts"
import { PAIR_TERMS, SLOT_RULES } from "../../shared/config/rules/slot.ts"
import { type SharedSettings, staleAfterSec } from "../../shared/config/shared.ts"
import { STORE_SETTINGS } from "../../shared/config/store.ts"
import { rowsOf, type ValuesOf } from "../../shared/config/table.ts"

const { simBase, simQuote, simMakerFeePct, simTakerFeePct, simOrderMin } = SIMULATOR_SETTINGS
const { clockIntervalSec, tier, speed } = EXCHANGE_SETTINGS

/** What the regime advisor goes by: without it nothing reads them. */
const ADVISOR_TABLE = { ...REGIME_SETTINGS, ...ADVISOR_SETTINGS } as const

const BACKTEST_SETTINGS = {
  ...SLOT_SETTINGS,
  slot: SLOT_RULES,
  governor: GOVERNOR_RULES,
  ...LOSS_LOCK_SETTINGS,
  rebalancer: REBALANCER_RULES,
  ...ADVISOR_TABLE,
  ...{ simBase, simQuote, simMakerFeePct, simTakerFeePct, simOrderMin },
  /** How old a price may be, and how often one is asked for where nothing trades, follows the speed of the market beside: `staleAfterSec`. */
  ...{ clockIntervalSec, tier, speed }
} as const

/** What a backtest reads of the settings; `live`, `market` and `pair` only say which market the others are of. */
export type BacktestSettings = ValuesOf<typeof BACKTEST_SETTINGS> & Pick<SharedSettings, "live" | "market" | "pair">

const namesOf = (table: Parameters<typeof rowsOf>[0]): ReadonlySet<string> =>
  new Set(rowsOf(table).map(({ name }) => name))

/** Of the pair until the exchange has said its own, and paper's exchange does so before anything else; it takes the least cost from there. */
export const SAID_BY_EXCHANGE: ReadonlySet<string> = new Set(
  [...namesOf(PAIR_TERMS)].filter((name) => name !== PAIR_TERMS.minCost.name)
)

/** The names of the settings that a backtest goes by. */
export const HEEDED: ReadonlySet<string> = new Set(
  [...namesOf(BACKTEST_SETTINGS)].filter((name) => !SAID_BY_EXCHANGE.has(name))
)

/** By these candles of the store are found: they count where the store's are played. */
export const FINDS_STORED: ReadonlySet<string> = namesOf({ pair: EXCHANGE_SETTINGS.pair, ...STORE_SETTINGS })

const ENABLES = REGIME_SETTINGS.hmmEnabled
const OF_ADVISOR = new Set(
  [...rowsOf(BACKTEST_SETTINGS).filter(({ group }) => group === ENABLES.group), ...rowsOf(ADVISOR_TABLE)].map(
    ({ name }) => name
  )
)
const STALE = SLOT_RULES.stalePriceMaxAgeSec.name

/**
 * Why these settings would change nothing beside the others, as a sentence that begins with the name; null: all of them count. `swept`:
 * names that take several values, so that another may count for some of them.
 */
export const withoutEffect = (
  names: ReadonlyArray<string>,
  settings: BacktestSettings,
  swept: ReadonlySet<string>
): string | null => {
  const ofAdvisor = names.find((name) => name !== ENABLES.name && OF_ADVISOR.has(name))
  if (ofAdvisor !== undefined && !settings.hmmEnabled && !swept.has(ENABLES.name))
    return `${ofAdvisor} is of the regime advisor, and none takes part: add --set ${ENABLES.name}=true, or leave it out`
  const least = staleAfterSec({ ...settings, slot: { ...settings.slot, stalePriceMaxAgeSec: 0 } })
  if (names.includes(STALE) && !swept.has("SPEED") && !swept.has(STALE) && settings.slot.stalePriceMaxAgeSec < least)
    return `${STALE} counts from ${least} s on at SPEED=${settings.speed}: add --set SPEED=1, or name a longer one`
  return null
}
