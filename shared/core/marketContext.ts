/** The words of the market context that events, settings and pages share (docs/trading-contract.md §12, §13). Pure. */

/** The levels whose first touch is watched: those of the day before, and the opening range once it is over. */
export const WATCHED_LEVELS = ["POCprev", "VAHprev", "VALprev", "VWAPprev", "PDH", "PDL", "OR_high", "OR_low"] as const
/** Name of a watched level, as charts label it. */
export type WatchedLevel = (typeof WATCHED_LEVELS)[number]

/** Where the figures of a finished day come from: all its trades, what was kept of it, what trades there are, nowhere. */
export const LEVEL_SOURCES = ["backfill", "profile_cache", "trades", "none"] as const
/** One of them. */
export type LevelSource = (typeof LEVEL_SOURCES)[number]

/** What a stretch of candles looks like. */
export const STRUCTURE_REGIMES = ["tight_smc", "wide_structure", "consolidation", "no_data"] as const
/** One of them. */
export type StructureRegime = (typeof STRUCTURE_REGIMES)[number]

/** Which side of its long average a pair is on; `unknown` with too few daily candles. */
export const BIASES = ["bullish", "bearish", "neutral", "unknown"] as const
/** One of them. */
export type Bias = (typeof BIASES)[number]
