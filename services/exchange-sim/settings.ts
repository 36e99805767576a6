/** The simulated exchange's own settings: its account, its fees and where it listens. */
import { credentialsOf } from "../../shared/config/exchange.ts"
import { SettingGroup } from "../../shared/config/setting.ts"
import { type SharedSettings, speedOf } from "../../shared/config/shared.ts"
import type { ValuesOf } from "../../shared/config/table.ts"
import { messageOf } from "../../shared/core/messageOf.ts"
import { parseMarketChoice } from "./core/market/choice.ts"
import { utcDayStartMs } from "../../shared/core/time/utcDay.ts"
import type { ExchangeSimOptions } from "./options.ts"

const simulator = new SettingGroup("Simulated exchange")

/** The simulated exchange: its market, its account and where it listens. */
export const SIMULATOR_SETTINGS = {
  seed: simulator.integer("SEED", {
    default: "1",
    within: [0, 4_294_967_295],
    reason: "The same seed gives the same synthetic market."
  }),
  simStart: simulator.day("SIM_START", {
    default: "",
    reason:
      "When a synthetic market begins, once, as it is first opened. Empty: 2026-01-01 where everything runs in one process, so that " +
      "the same seed and settings give the same journal, else `now`, the minute of the wall. A recording begins with its first row."
  }),
  marketLoop: simulator.flag("MARKET_LOOP", {
    default: "false",
    reason:
      "A recorded market begins anew when its recording ends, later by its own length; its price jumps from the last to the first."
  }),
  simHost: simulator.host("SIM_HOST", {
    default: "127.0.0.1",
    reason: "Where the simulated exchange listens."
  }),
  simPort: simulator.integer("SIM_PORT", {
    default: "8090",
    within: [0, 65_535],
    reason: "Its port. `kennel up` takes any free one unless this is set. 0: any free one."
  }),
  simBase: simulator.volume("SIM_BASE", {
    unit: "DOGE",
    default: "10000",
    reason: "DOGE on the account when the simulated exchange first opens."
  }),
  simQuote: simulator.amount("SIM_QUOTE", {
    unit: "USD",
    default: "2000",
    reason: "USD on the account when the simulated exchange first opens."
  }),
  simMakerFeePct: simulator.number("SIM_MAKER_FEE_PCT", {
    unit: "%",
    default: "0.25",
    within: [0, 10],
    reason: "Kraken's entry tier in 2025."
  }),
  simTakerFeePct: simulator.number("SIM_TAKER_FEE_PCT", {
    unit: "%",
    default: "0.40",
    within: [0, 10],
    reason: "Kraken's entry tier in 2025."
  }),
  simOrderMin: simulator.volume("SIM_ORDER_MIN", {
    unit: "DOGE",
    default: "2",
    reason:
      "Smallest order of the simulated exchange. Kraken's drifts (13 once, 50 in 2026); 2 lets 2 USD trade up to 1 USD/DOGE."
  }),
  simAdmin: simulator.flag("SIM_ADMIN", {
    default: "false",
    reason: "Opens /admin of the simulated exchange: its own books, and faults on demand. For tests and rehearsals."
  })
} as const

/** A line where MARKET names no market there can be. */
export const wrongMarket = ({ market }: SharedSettings): ReadonlyArray<string> => {
  try {
    parseMarketChoice(market)
    return []
  } catch (error) {
    return [`MARKET=${market}: ${messageOf(error)}`]
  }
}

/** Where nobody says otherwise, a market that is a world of its own begins here. */
const BEGINS = "2026-01-01"

/**
 * What makes a market the same one each time: where it begins, and the salt of its ids. For an exchange that is founded together
 * with its market; an exchange founded anew beside an older market must not give out ids again that the market has in its books.
 */
export const repeatable = ({ simStart, market }: ValuesOf<typeof SIMULATOR_SETTINGS> & SharedSettings) => ({
  ...(simStart === "" && market === "synthetic" ? { startMs: utcDayStartMs(BEGINS) } : {}),
  ...(simStart === "now" ? {} : { salt: "paper" })
})

/** What it charges and demands, but for what the pair itself is. */
export const termsAsked = (
  settings: Pick<ValuesOf<typeof SIMULATOR_SETTINGS>, "simMakerFeePct" | "simTakerFeePct" | "simOrderMin"> & {
    readonly slot: Pick<SharedSettings["slot"], "minCost">
  }
): Pick<ExchangeSimOptions, "makerFeePct" | "takerFeePct" | "orderMin" | "costMin"> => ({
  makerFeePct: settings.simMakerFeePct,
  takerFeePct: settings.simTakerFeePct,
  orderMin: settings.simOrderMin,
  costMin: settings.slot.minCost
})

/** The exchange that the settings ask for. */
export const simulatorOptions = (
  settings: SharedSettings & ValuesOf<typeof SIMULATOR_SETTINGS>
): Partial<ExchangeSimOptions> => ({
  ...credentialsOf(settings),
  host: settings.simHost,
  port: settings.simPort,
  speed: speedOf(settings),
  market: settings.market,
  loop: settings.marketLoop,
  startMs: settings.market === "synthetic" ? utcDayStartMs(settings.simStart) : null,
  seed: settings.seed,
  ...termsAsked(settings),
  tier: settings.tier,
  initialBase: settings.simBase,
  initialQuote: settings.simQuote,
  admin: settings.simAdmin
})
