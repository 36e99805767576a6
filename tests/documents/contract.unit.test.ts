/**
 * docs/trading-contract.md against the tests: every section names tests that hold it, by file and by words of a test's name; and
 * its table of defaults is that of the settings. A section nobody tests is a defect.
 */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"

const ROOT = join(import.meta.dirname, "../..")
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8")
const contract = read("docs/trading-contract.md")

const SLOT = "services/slot-actor/core"
const GOVERNOR = "services/governor/core"
const CASES: readonly [string, string] = ["conformance/slot/conformance.unit.test.ts", "agrees in every step"]

/** By section: a test's file, and words of the name of a test, or group of tests, in it. */
const HELD_BY: Readonly<Record<string, ReadonlyArray<readonly [file: string, words: string]>>> = {
  "1. Slot state": [
    [`${SLOT}/view.unit.test.ts`, "has the reference's names"],
    [`${SLOT}/view.unit.test.ts`, "shows each trade's losses, pauses and refreshes"]
  ],
  "2. Prices and volumes": [
    [`${SLOT}/money/pricing.unit.test.ts`, "the loss backoff"],
    [`${SLOT}/money/pricing.unit.test.ts`, "exit prices"],
    [`${SLOT}/money/pricing.unit.test.ts`, "order volumes"]
  ],
  "The ladder of refusals for an entry": [
    [`${SLOT}/entry/bootstrap.unit.test.ts`, "waits for a first price, and for a fresh one"],
    [`${SLOT}/entry/coverage.unit.test.ts`, "that the allotment does not cover say what they need"]
  ],
  "3. Transitions": [CASES],
  Price: [
    [`${SLOT}/exit/cycle.unit.test.ts`, "is replaced by one at today's price, one a tick"],
    [`${SLOT}/exit/cycle.unit.test.ts`, "the third time it starts a cooldown"]
  ],
  Clock: [
    [`${SLOT}/exit/timers.unit.test.ts`, "is orphaned when it is old enough and the market has left it"],
    [`${SLOT}/exit/timers.unit.test.ts`, "wait together from the first tick that sees both"]
  ],
  "Fill of an active order": [[`${SLOT}/exit/cycle.unit.test.ts`, "becomes an exit on the other side"], CASES],
  "Booking, outcome, follow-up": [[`${SLOT}/exit/timers.unit.test.ts`, "holds back its trade's next entry"], CASES],
  "Orphaning and recoveries": [
    [`${SLOT}/exit/orphan.unit.test.ts`, "the cap of recoveries"],
    [`${SLOT}/exit/timers.unit.test.ts`, "the eviction policy"]
  ],
  "Beyond the reference: orders that end otherwise": [
    [`${SLOT}/trouble/lostOrders.unit.test.ts`, "an exit the exchange takes off"],
    [`${SLOT}/trouble/proved.unit.test.ts`, "no source lowers what another has proved"],
    [`${SLOT}/leaving/retire.unit.test.ts`, "a slot that is to go"]
  ],
  "4. Invariants": [[`${SLOT}/invariants.unit.test.ts`, "the structure of a phase"], CASES],
  "5. Bootstrap, flags, repair": [
    [`${SLOT}/entry/bootstrap.unit.test.ts`, "sets the fallback flag of a one-sided start"],
    [`${SLOT}/entry/bootstrap.unit.test.ts`, "auto-repair"]
  ],
  "6. Sizing, layers, names": [
    [`${SLOT}/money/orderSizes.unit.test.ts`, "grows by each layer's DOGE on both sides"],
    [`${GOVERNOR}/slots/sizing.unit.test.ts`, "capital layers"],
    [`${GOVERNOR}/slots/slots.unit.test.ts`, "the slots as configured"]
  ],
  "7. Runtime profit target": [[`${GOVERNOR}/slots/profitTarget.unit.test.ts`, "the median move"]],
  "8. Guardrails": [[`${GOVERNOR}/commands.unit.test.ts`, "takes effect and is answered in one record"]],
  Mode: [
    [`${GOVERNOR}/mode/mode.unit.test.ts`, "the mode of the market"],
    [`${GOVERNOR}/mode/startup.unit.test.ts`, "goes step by step and says what each waits for"]
  ],
  Entries: [[`${GOVERNOR}/entries/scheduler.unit.test.ts`, "the cap on entries per loop"]],
  Funds: [[`${GOVERNOR}/entries/funds.unit.test.ts`, "an entry and what is free"]],
  Capacity: [[`${GOVERNOR}/entries/capacity.unit.test.ts`, "room for open orders"]],
  "Daily loss": [[`${GOVERNOR}/mode/lossLock.unit.test.ts`, "the daily loss lock"]],
  "Recoveries under pressure": [
    [`${GOVERNOR}/slots/recoveries.unit.test.ts`, "the soft close under pressure"],
    [`${GOVERNOR}/slots/softCloseCount.unit.test.ts`, "the number of soft closes"],
    ["tests/commands/changesNothing.unit.test.ts", "the recovery stands next to the market"]
  ],
  Drift: [[`${GOVERNOR}/watch/drift.unit.test.ts`, "is alerted once it has lasted ten minutes"]],
  "9. Rebalancer and idle target": [
    ["conformance/rebalancer/conformance.unit.test.ts", "agrees in every step of $name"],
    ["services/rebalancer/core/target/trend.unit.test.ts", "is the fast average's lead as a share of the slow one"]
  ],
  "10. Regimes": [
    ["conformance/quant.unit.test.ts", "the quantitative reference values"],
    ["services/hmm-advisor/core/separation.unit.test.ts", "a weakly separated model"],
    ["services/hmm-advisor/core/advisor.unit.test.ts", "training"]
  ],
  "11. Candles": [
    ["services/ohlcv-ingestor/core/core.unit.test.ts", "the stall breaker"],
    ["shared/candles/core/candles.unit.test.ts", "normalising rows"],
    ["tests/ingestor/service.int.test.ts", "on paper the simulated exchange gives its own pair alone"]
  ],
  "12. Key levels": [
    ["services/market-context/core/profile/profile.unit.test.ts", "a value area"],
    ["services/market-context/core/day/day.unit.test.ts", "holds 08:00:00.000 and not 08:10:00.000"],
    ["services/market-context/core/facts.unit.test.ts", "a fact is due"]
  ],
  "13. Structure": [
    [
      "services/market-context/core/marketContext.unit.test.ts",
      "knows an order block at the close of its displacement"
    ],
    ["services/market-context/core/regime/regime.unit.test.ts", "a structure regime"]
  ],
  "14. Defaults": [["tests/documents/contract.unit.test.ts", "the table of defaults"]],
  "15. Reference cases": [
    CASES,
    ["conformance/run.unit.test.ts", "runs the cases of the repository when none are named"],
    ["conformance/slot/conformance.unit.test.ts", "names step and field of every difference"]
  ]
}

const sections = [...contract.matchAll(/^##+ (.+)$/gm)].map(([, title = ""]) => title)

describe("a section of the trading contract", () => {
  it("is never held by nothing, and nothing is said to hold a section that is not there", () => {
    expect(Object.keys(HELD_BY).sort()).toEqual([...sections].sort())
  })

  it.each(sections)("§ %s is held by tests of that name", (section) => {
    const held = HELD_BY[section] ?? []
    expect(held.length).toBeGreaterThan(0)
    const missing = held.filter(([file, words]) => !existsSync(join(ROOT, file)) || !read(file).includes(words))
    expect(missing).toEqual([])
  })
})

/** The settings of each row of the table of defaults; none: a constant of the code. */
const DEFAULTS: Readonly<Record<string, ReadonlyArray<string>>> = {
  "entry, profit, refresh": ["ENTRY_PCT", "PROFIT_PCT", "REFRESH_PCT"],
  "order size": ["ORDER_SIZE_USD"],
  "loop, stale price": ["POLL_INTERVAL_SECONDS", "STALE_PRICE_MAX_AGE_SEC"],
  "orphan after: S1, S2": ["S1_ORPHAN_AFTER_SEC", "S2_ORPHAN_AFTER_SEC"],
  "loss backoff": ["LOSS_BACKOFF_START", "BACKOFF_FACTOR", "BACKOFF_MAX_MULTIPLIER"],
  "loss cooldown, base re-entry cooldown": ["LOSS_COOLDOWN_SEC", "LOSS_COOLDOWN_START", "REENTRY_BASE_COOLDOWN_SEC"],
  "refreshes in one direction": ["MAX_CONSECUTIVE_REFRESHES", "REFRESH_COOLDOWN_SEC"],
  recoveries: ["MAX_RECOVERY_SLOTS", "RECOVERY_EVICTION"],
  "errors in a row, entries per loop": ["MAX_CONSECUTIVE_ERRORS", "MAX_ENTRY_ADDS_PER_LOOP"],
  "open orders": ["OPEN_ORDER_SAFETY_RATIO", "KRAKEN_TIER"],
  "auto soft close": ["AUTO_SOFT_CLOSE_CAPACITY_PCT", "AUTO_SOFT_CLOSE_BATCH"],
  "orphan notice, daily loss limit": ["ORPHAN_PRESSURE_WARN_AT", "DAILY_LOSS_LIMIT"],
  drift: ["OPEN_ORDER_DRIFT_MIN", "OPEN_ORDER_DRIFT_PERSIST_SEC", "OPEN_ORDER_DRIFT_COOLDOWN_SEC"],
  layers: ["CAPITAL_LAYER_DOGE_PER_ORDER", "CAPITAL_LAYER_ORDER_BUDGET", "CAPITAL_LAYER_BALANCE_BUFFER"],
  "skew to size": ["REBALANCE_SIZE_SENSITIVITY", "REBALANCE_MAX_SIZE_MULT"],
  "volatility target": ["VOLATILITY_PROFIT_FACTOR", "VOLATILITY_PROFIT_FLOOR", "VOLATILITY_PROFIT_CEILING"],
  rebalancer: [
    "REBALANCE_INTERVAL_SEC",
    "REBALANCE_TARGET_IDLE_PCT",
    "REBALANCE_KP",
    "REBALANCE_KD",
    "REBALANCE_MAX_SKEW",
    "REBALANCE_MAX_SLEW_RATE",
    "REBALANCE_NEUTRAL_BAND",
    "REBALANCE_EMA_HALFLIFE"
  ],
  "flip damping (fixed)": [],
  trend: [
    "TREND_FAST_HALFLIFE",
    "TREND_SLOW_HALFLIFE",
    "TREND_MIN_SAMPLES",
    "TREND_DEAD_ZONE",
    "TREND_IDLE_SENSITIVITY",
    "TREND_IDLE_FLOOR",
    "TREND_IDLE_CEILING",
    "TREND_HYSTERESIS_SEC",
    "TREND_HYSTERESIS_SMOOTH_HALFLIFE"
  ],
  regimes: [
    "HMM_N_STATES",
    "HMM_COVARIANCE_TYPE",
    "HMM_N_ITER",
    "HMM_INFERENCE_WINDOW",
    "HMM_CONFIDENCE_THRESHOLD",
    "HMM_BIAS_GAIN",
    "HMM_BLEND_WITH_TREND"
  ],
  candles: [
    "HMM_OHLCV_INTERVAL_MIN",
    "HMM_SECONDARY_INTERVAL_MIN",
    "HMM_TRAINING_CANDLES",
    "HMM_SECONDARY_TRAINING_CANDLES",
    "HMM_MIN_TRAIN_SAMPLES",
    "HMM_SECONDARY_MIN_TRAIN_SAMPLES",
    "HMM_BACKFILL_MAX_STALLS"
  ],
  "until the exchange has said its own": [
    "PRICE_DECIMALS",
    "VOLUME_DECIMALS",
    "MIN_VOLUME",
    "MIN_COST_USD",
    "MAKER_FEE_PCT"
  ]
}

describe("the table of defaults", () => {
  const chapter = contract.slice(contract.indexOf("## 14. Defaults"), contract.indexOf("## 15."))
  const rows = [...chapter.matchAll(/^\| ([^|]+) \| ([^|]+) \|$/gm)]
    .map(([, what = "", said = ""]) => ({ what: what.trim(), said: said.trim() }))
    .filter(({ what }) => what !== "what" && !what.startsWith("---"))
  // Generated from the settings, which another test holds.
  const defaults = new Map(
    [...read("docs/configuration.md").matchAll(/^\| `([A-Z_0-9]+)` \| `([^`]*)`/gm)].map(
      ([, name = "", value = ""]) => [name, value]
    )
  )
  const wordsOf = (text: string): ReadonlyArray<string> =>
    text.match(/[A-Za-z]+|\d+(?:\.\d+)?/g)?.map((word) => (/\d/.test(word) ? String(Number(word)) : word)) ?? []

  it("has a row for everything that is listed here", () => {
    expect(rows.map(({ what }) => what).sort()).toEqual(Object.keys(DEFAULTS).sort())
  })

  it.each(rows)("says of $what what the settings say: $said", ({ what, said }) => {
    const words = [...wordsOf(said)]
    for (const name of DEFAULTS[what] ?? []) {
      const value = defaults.get(name) ?? "no such setting"
      const shown = Number.isNaN(Number(value)) ? value : String(Number(value))
      expect(words, `${name}=${value}`).toContain(shown)
    }
  })
})
