/**
 * The lists the rules go by, in one place. Adding to `PURE` is always welcome; adding to the others is a decision that a
 * reviewer should see.
 */

/** Files that only compute: the same input gives the same output, for ever, on any machine. Tests beside them are not meant. */
export const PURE: ReadonlyArray<string> = [
  "shared/actor/{actor,stateText}.ts",
  "shared/candles/sources/**",
  "shared/candles/{candle,csv,dialect,gaps,normalise,tokenBucket}.ts",
  "shared/conformance/**",
  "shared/decimal/decimal.ts",
  "shared/events/{clientId,services,subjects,utcDay}.ts",
  "shared/exchange/kraken/{budget,errors}.ts",
  "shared/exchange/kraken/wire/**",
  "shared/indicators/**",
  "shared/ledger/**",
  "services/control-plane/{checks,governorReport,report,status,words}.ts",
  "services/exchange-sim/{engine,market}/**",
  "services/governor/**",
  "services/hmm-advisor/**",
  "services/market-context/**",
  "services/ohlcv-ingestor/{closing,job,plan,readiness,stalls,status,view}.ts",
  "services/order-gateway/core/**",
  "services/projector/rows.ts",
  "services/rebalancer/**",
  "services/slot-actor/**"
]

/** The shells inside the folders above. */
export const NOT_PURE: ReadonlyArray<string> = [
  "services/{governor,rebalancer,slot-actor}/service.ts",
  "services/slot-actor/explain.ts",
  "services/hmm-advisor/{service,trainer,trainerWorker}.ts"
]

/** Files that exist for tests only. They may use development dependencies; production code may not import them. */
export const TEST_SUPPORT: ReadonlyArray<string> = [
  "**/*.test.ts",
  "tests/**",
  "bench/**",
  "shared/testing/**",
  "shared/journal/contract*.ts",
  "shared/journal/embedded/killedWriter.ts",
  "**/*.testkit.ts",
  "**/test[A-Z]*.ts",
  "*.config.ts"
]

/** Where an Effect may be run, or a fiber started that no scope waits for. Tests and benches may. */
export const RUNS_EFFECTS: ReadonlyArray<string> = ["cli/main.ts"]

/** No file outside tests is longer than this many lines … */
export const MAX_LINES = 300

/** … but these, which may only shrink. Never add a line here: split the file. */
export const LONG_FILES: Readonly<Record<string, number>> = {}
