/**
 * The advisor's scorecard: of what it said, how much came true, and what it would have changed. Kept whether or not its word
 * counts, so that a shadow run shows what a live one would have done. Pure; sums only.
 */

/** Sums since the journal began. */
export interface Scorecard {
  /** Readings that had a price before and after them. */
  readonly readings: number
  /** Of them, with a bias that was not 0. */
  readonly directional: number
  /** Of those, with a price that then moved the way the bias said. */
  readonly hits: number
  /** Sum over readings of bias · the price's relative move until the next reading. */
  readonly biasTimesMove: number
  /** Sum of the moves themselves, for comparison: what always saying "up" would have scored. */
  readonly moves: number
  /** The reading still to be judged; null before the first. */
  readonly open: { readonly bias: number; readonly price: number } | null
}

/** The scorecard before the first reading. */
export const emptyScorecard: Scorecard = {
  readings: 0,
  directional: 0,
  hits: 0,
  biasTimesMove: 0,
  moves: 0,
  open: null
}

/** Judges the last reading by the price now, and opens the next one. A price of 0 or less is none. */
export const score = (card: Scorecard, bias: number, price: number): Scorecard => {
  if (price <= 0) return card
  const { open } = card
  if (open === null) return { ...card, open: { bias, price } }
  const move = (price - open.price) / open.price
  const directional = open.bias !== 0
  return {
    readings: card.readings + 1,
    directional: card.directional + (directional ? 1 : 0),
    hits: card.hits + (directional && Math.sign(move) === Math.sign(open.bias) ? 1 : 0),
    biasTimesMove: card.biasTimesMove + open.bias * move,
    moves: card.moves + move,
    open: { bias, price }
  }
}
