/**
 * The versions of the rules: what the actors decide by, and what changed when. A journal says which version is in force from
 * which record on (`RulesAdopted`); before the first such record it is version 1. What a version changed stands in code in
 * the table of variants of each actor (`shared/actor/core/variants.ts`).
 *
 * A version that has been released is frozen: what it decides is held by its recorded journals (`tests/journals`). A new
 * change goes into the newest version while that is not released, and into a new line once it is.
 */

/** One version of the rules. */
export interface RulesVersion {
  readonly version: number
  /** One line for each change, as people read it in the journal and in the log. */
  readonly changes: ReadonlyArray<string>
}

/** Every version this build can fold, oldest first, without gaps. */
export const RULES_VERSIONS: readonly [RulesVersion, ...ReadonlyArray<RulesVersion>] = [
  { version: 1, changes: ["the rules of the first release"] },
  {
    version: 2,
    changes: [
      "soft closes are counted once each when they are done, whoever asked for them, and no longer each time they are asked for",
      "a profit target is held against the maker fee that the exchange charges, as soon as it has said so, and the warning says when that was",
      "a slot asks for no entry that its allotment does not cover, by volume, cost and fee: it says what is missing",
      "the first entry of a slot with money for one side only is the smallest order, or twice that, which the exchange takes at the entry's own price"
    ]
  },
  {
    version: 3,
    changes: [
      "the last price grows old by the time that anybody tells: a feed that stands still pauses the market as an old price does",
      "a price is as old as its arrival says, not as the moment at which it was written",
      "a fact with a figure that no market has (price, fee, balance, least order) changes nothing, and is told",
      "a fact whose time cannot be, by those before it and by when it was stored, changes nothing, and is told",
      "an epoch more than a thousand beyond the one in force is not believed, nor one more than ten beyond it of a service that sees no orders",
      "a refused key, name or address that had worked pauses the market at once, in the exchange's words",
      "money in other pots of an empty balance, and more held than there is, are told",
      "no order is asked for at a price of nothing or less, or beyond all prices: at the nearest one that can be",
      "no end of an order lowers what its fills have proved, and the end of an exit that waits to be asked for again counts once",
      "what an exit traded beyond its position belongs to no cycle and is given up by name; what it traded less is asked for again",
      "what the exchange's limits and decimals of now forbid is not asked for again: it is kept as residual, and said",
      "what open positions need for exits that are still to be placed is kept back from entries, which say so when they are refused",
      "an exit that is asked for anew says which it replaces: a recovery stays the recovery it was for everybody",
      "the same refusal again and again, over all slots, pauses the market with the exchange's words; so do a pair that takes no orders, and limits above every size",
      "the rebalancer's skew may be kept out of the entries of a slot that has a position open (REBALANCE_ON_S1)",
      "the open orders' drift counts from OPEN_ORDER_DRIFT_MIN on, above 5 %: no longer only beyond that threshold",
      "an update of the rebalancer waits up to 30 s for the regime of a candle that has just closed",
      "a start goes on to reconcile once the first trainings have said what came of them, after a minute at the latest",
      "a cycle says what its slot's total profit is from there on, and the audit holds that against the cycles",
      "history jobs that fail are told",
      "a command that changes nothing is refused, with the reason; one of which nothing follows for orders, or only a look, says so",
      "an order below the exchange's least is refused with the slot's size and profit, both limits and the market",
      "where the operator asks for it, entries wait until the key levels are precise, and first touches of levels are told",
      "terms that change, and money that no trade of ours explains, are told, at any speed of the exchange once its news is in",
      "where the configuration says so, as on paper, the pause of the daily loss lock ends by itself when the UTC day is over"
    ]
  }
]

/** What a journal folds by that has adopted nothing yet. */
export const FIRST_RULES = 1

/** The oldest version this build can fold. */
const OLDEST_RULES = RULES_VERSIONS[0].version

/** The newest version this build can fold: what it adopts when it starts. */
export const NEWEST_RULES = RULES_VERSIONS.reduce((newest, { version }) => Math.max(newest, version), FIRST_RULES)

/** What changes for a journal that goes from one version to a later one: every line of the versions between. */
export const changesBetween = (from: number, to: number): ReadonlyArray<string> =>
  RULES_VERSIONS.filter(({ version }) => version > from && version <= to).flatMap(({ changes }) => changes)

/** The versions of the rules that a build can fold. */
export interface KnownRules {
  readonly oldest: number
  readonly newest: number
}

/** What this build can fold. */
export const THIS_BUILD: KnownRules = { oldest: OLDEST_RULES, newest: NEWEST_RULES }

/** Whether a build can fold by this version. */
export const knowsRules = (version: number, { oldest, newest }: KnownRules): boolean =>
  version >= oldest && version <= newest
