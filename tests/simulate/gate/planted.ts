/**
 * Bugs that are planted on purpose, one at a time: each is a change of a line or two of the product, and a run of seeds must notice it.
 * A text that is to be changed stands exactly once in its file, or the gate says so.
 */

/** One change of a text. */
export interface Change {
  /** From the root of the repository. */
  readonly file: string
  readonly find: string
  readonly becomes: string
}

/** A bug: what it is for people, whose it is, and what it changes. */
export interface Planted {
  readonly name: string
  readonly of: "gateway" | "slot" | "governor" | "rebalancer" | "feed" | "journal" | "runtime" | "house" | "learning"
  readonly changes: ReadonlyArray<Change>
}

const gateway = "services/order-gateway"
const slot = "services/slot-actor/core"
const governor = "services/governor/core"
const rebalancer = "services/rebalancer/core"

const bug = (
  of: Planted["of"],
  name: string,
  ...changes: ReadonlyArray<readonly [file: string, find: string, becomes: string]>
): Planted => ({
  name,
  of,
  changes: changes.map(([file, find, becomes]) => ({ file, find, becomes }))
})

/** Every one of them. */
export const PLANTED: ReadonlyArray<Planted> = [
  bug(
    "gateway",
    "an order of unknown outcome is sent again",
    [`${gateway}/lane.ts`, 'if (order.stage !== "requested") return yield* resolve(facts, slot, order)', ""],
    [
      `${gateway}/lane.ts`,
      'live.stage === "requested" ? [claimFact(live, deadlineMs)] : []',
      "[claimFact(live, deadlineMs)]"
    ]
  ),
  bug("gateway", "an order that never came to be is waited for for ever", [
    `${gateway}/lookup.ts`,
    "if (absent >= ABSENT_ANSWERS) {",
    "if (absent >= ABSENT_ANSWERS && order.localId < 0) {"
  ]),
  bug("gateway", "orders of others are not counted", [
    `${gateway}/service.ts`,
    "ours: openOrders, foreign: foreign.length })",
    "ours: openOrders, foreign: 0 * foreign.length })"
  ]),
  bug("gateway", "orders of others are taken off", [
    `${gateway}/asked.ts`,
    "if (clientId === null || !(yield* provablyOurs(subjects, report))) {",
    "if (clientId !== null && !(yield* provablyOurs(subjects, report))) {"
  ]),
  bug("gateway", "an entry is sent before its grant", [
    `${gateway}/core/fold.ts`,
    'const awaited = role === "entry"',
    'const awaited = role === "entry" && localId < 0'
  ]),
  bug("gateway", "a start whose process is gone is never compared", [
    `${gateway}/service.ts`,
    "if (owed) yield* noteReconciled",
    "if (owed && windowStartMs < 0) yield* noteReconciled"
  ]),
  bug(
    "gateway",
    "a list that is behind overrules the fills",
    // The second alone does no harm: what is proved counts then, and what nobody has heard comes as a late fill.
    [`${gateway}/core/facts.ts`, "behind ? larger(listed, proved) : listed", "listed"],
    [
      `${gateway}/core/facts.ts`,
      "if (behind && !final) return []",
      "if (behind && !final && order.filled < 0n) return []"
    ]
  ),
  bug("gateway", "a late fill is booked although the end has counted it", [
    `${gateway}/core/lateFills.ts`,
    "let counted = less(order.sums, order.recorded)",
    "let counted = less(order.sums, order.sums)"
  ]),
  bug("gateway", "a fault of the exchange is taken for a no", [
    "shared/exchange/kraken/core/errors.ts",
    '{ prefix: "EGeneral:Internal error", advice: "unknown", source: "service", means: "a fault of the exchange" }',
    '{ prefix: "EGeneral:Internal error", advice: "rejected", source: "service", means: "a fault of the exchange" }'
  ]),
  bug("gateway", "no answer is taken for a no", [
    `${gateway}/lane.ts`,
    'if (sent.failure.advice === "unknown") return [unknownFact(live, sent.failure.detail)]',
    ""
  ]),
  bug("gateway", "absence counts before the deadline has passed", [
    `${gateway}/lookup.ts`,
    "else if (askedMs > current.deadlineMs + CLOCK_SLACK_MS) absent++",
    "else absent++"
  ]),
  bug("gateway", "an order is sent without a deadline that has meaning", [
    `${gateway}/lane.ts`,
    "clientId, side, price, volume, postOnly, deadlineMs }))",
    "clientId, side, price, volume, postOnly, deadlineMs: deadlineMs + 600_000 }))"
  ]),
  bug("gateway", "a fill is booked twice", [
    `${gateway}/core/facts.ts`,
    "if (order.execIds.includes(fill.execId)) return []",
    ""
  ]),
  bug("gateway", "a cancel is dropped", [
    `${gateway}/core/fold.ts`,
    '{ ...lane, tasks: [...others, { _tag: "Cancel", localId }] }',
    "{ ...lane, tasks: others }"
  ]),
  bug("gateway", "a cancel before the grant is forgotten", [
    `${gateway}/core/fold.ts`,
    'order.grant === "withdrawn" ? [place, { _tag: "Cancel", localId }] : [place]',
    "[place]"
  ]),
  bug("gateway", "fills that the stream has lost are never looked for", [
    `${gateway}/reconcile.ts`,
    "order === null ? [] : missingFills(order, fills, told)",
    "[] as ReturnType<typeof missingFills>"
  ]),
  bug("gateway", "fills after the end are ignored", [
    `${gateway}/core/lateFills.ts`,
    "if (fill.txid !== txid || order.execIds.includes(fill.execId)) continue",
    "continue"
  ]),
  bug("gateway", "an ended order is not seen by the comparison", [
    `${gateway}/reconcile.ts`,
    "const ended = standing.filter(({ txid }) => !openTxids.has(txid))",
    "const ended = standing.filter(() => false)"
  ]),
  bug("gateway", "two gateways write over each other", [
    `${gateway}/factWriter.ts`,
    'writer: "order-gateway", cause: null }, last)',
    'writer: "order-gateway", cause: null })'
  ]),
  bug("gateway", "what others change on an order is not looked at", [
    `${gateway}/core/facts.ts`,
    "return isOtherwise(order, report.price, report.volume) ? [restatedFact(order, report.price, report.volume)] : []",
    "return []"
  ]),
  bug("gateway", "an amendment is never answered", [
    `${gateway}/core/fold.ts`,
    "return { ...lane, tasks: lane.tasks.filter((_task, at) => at !== oldest) }",
    "return oldest < 0 ? lane : lane"
  ]),
  bug("gateway", "the balances are read once, at the start", [
    `${gateway}/service.ts`,
    `    yield* observeBalances(facts, subjects)
    yield* sparing(BALANCES_PAUSE)`,
    "    yield* sparing(BALANCES_PAUSE)"
  ]),
  bug("gateway", "failed calls are never over", [
    `${gateway}/errorCount.ts`,
    "if ((consecutive === 0 && told() === 0 && !waitTold) || streamRefused) return Effect.void",
    "if (consecutive >= 0) return Effect.void"
  ]),
  bug(
    "gateway",
    "an order is sent before its claim is durable",
    [
      `${gateway}/lane.ts`,
      "  const { clientId, side, price, volume, postOnly } = order\n  const sent = yield* Effect.result(trading.place({ clientId, side, price, volume, postOnly, deadlineMs }))\n",
      ""
    ],
    [
      `${gateway}/lane.ts`,
      "  const claimed = yield* facts.write",
      "  const { clientId, side, price, volume, postOnly } = order\n  const sent = yield* Effect.result(trading.place({ clientId, side, price, volume, postOnly, deadlineMs }))\n  const claimed = yield* facts.write"
    ]
  ),
  bug("gateway", "orders may take what stands there", [
    `${gateway}/lane.ts`,
    "clientId, side, price, volume, postOnly, deadlineMs }))",
    "clientId, side, price, volume, postOnly: postOnly && false, deadlineMs }))"
  ]),
  bug("governor", "the pause of the loss lock is forgotten at midnight", [
    `${governor}/mode/lossLock.ts`,
    "if (loss.endsAlone === true) endOperatorsPause",
    "if (loss.endsAlone !== undefined || true) endOperatorsPause"
  ]),
  bug("governor", "the loss lock closes late", [
    `${governor}/mode/lossLock.ts`,
    "const locked = limit > 0n && loss.loss >= limit",
    "const locked = limit > 0n && loss.loss >= 2n * limit"
  ]),
  bug("governor", "a new day does not forget the old one's losses", [
    `${governor}/mode/lossLock.ts`,
    "draft.state.loss = { ...loss, utcDay, loss: Quotes.zero }",
    "draft.state.loss = { ...loss, utcDay }"
  ]),
  bug("governor", "one entry more is granted in a loop", [
    `${governor}/entries/scheduler.ts`,
    "if (grantedInLoop >= cap) return { _tag",
    "if (grantedInLoop > cap) return { _tag"
  ]),
  bug("governor", "entries pass while the market is paused", [
    `${governor}/entries/scheduler.ts`,
    'if (mode === "PAUSED" || mode === "HALTED") return refuse',
    'if (mode === "HALTED") return refuse'
  ]),
  bug("governor", "a queue that waits is forgotten when the market stands still", [
    `${governor}/entries/scheduler.ts`,
    `if (order.stage === "requested" || order.stage === "deferred") {`,
    `if (order.stage === "requested") {`
  ]),
  bug("governor", "a resume lifts the pause of what still stands", [
    `${governor}/mode/mode.ts`,
    "if (cause !== null) return mode.causes[cause] ?? null",
    ""
  ]),
  bug("governor", "an operator's pause ends with whatever passes by itself", [
    `${governor}/mode/mode.ts`,
    "draft.state.mode = { ...mode, causes, clearSinceMs: nowMs }",
    "draft.state.mode = { ...mode, causes, clearSinceMs: nowMs, operatorNeeded: null }"
  ]),
  bug("governor", "a stale price pauses nobody", [
    `${governor}/mode/mode.ts`,
    'setCause(draft, "stale_price", ageSec > rules.stalePriceMaxAgeSec, () =>',
    'setCause(draft, "stale_price", ageSec > 1_000 * rules.stalePriceMaxAgeSec, () =>'
  ]),
  bug("governor", "entries pass before a gateway that starts again has compared", [
    `${governor}/actor.ts`,
    "if (watchesOrders) restarted(draft)",
    "if (watchesOrders && draft.state.nowMs === 0) restarted(draft)"
  ]),
  bug("governor", "one failed call more before the market pauses", [
    `${governor}/mode/mode.ts`,
    'setCause(draft, "api_errors", consecutive >= maxConsecutiveErrors, () =>',
    'setCause(draft, "api_errors", consecutive > maxConsecutiveErrors, () =>'
  ]),
  bug("slot", "machine time in a rule", [
    `${slot}/money/booking.ts`,
    "Math.max(trade.cooldownUntilMs, nowMs + terms.reentryCooldownMs)",
    "Math.max(trade.cooldownUntilMs, Date.now() + terms.reentryCooldownMs)"
  ]),
  bug("slot", "an exit's fee is not counted", [
    `${slot}/money/booking.ts`,
    "const fees = plus(position.fee, plus(position.closedFee, exit.fee))",
    "const fees = plus(position.fee, position.closedFee)"
  ]),
  bug("slot", "losses in a row are followed by no pause", [
    `${slot}/money/booking.ts`,
    "if (trade.consecutiveLosses >= terms.lossCooldownStart)",
    "if (trade.consecutiveLosses >= 99 * terms.lossCooldownStart)"
  ]),
  bug("slot", "no exit follows a filled entry", [
    `${slot}/exit/fills.ts`,
    "  draft.book.orders = [...draft.book.orders, exit]\n",
    "  if (exit.localId < 0) draft.book.orders = [...draft.book.orders, exit]\n"
  ]),
  bug("slot", "a late fill of an exit is booked in full whatever stands", [
    `${slot}/trouble/lateFills.ts`,
    "  if (standing === undefined) return releaseExcess(draft, fill, fill)",
    "  if (standing === undefined) return"
  ]),
  bug("slot", "a fill after the cancel is dropped", [
    `${slot}/trouble/lateFills.ts`,
    "  if (filled.volume === 0n) return\n  switch",
    "  if (filled.volume >= 0n) return\n  switch"
  ]),
  bug("slot", "an exit that the exchange refused is not asked for again", [
    `${slot}/trouble/lostOrders.ts`,
    `  if (!retiring && !tooSmall(draft, rest)) {
    replaceOrder(draft, exit.localId, awaitRetry(draft, rest, cause))
    return
  }
  const { tradeId } = exit`,
    `  if (!retiring && !tooSmall(draft, rest)) {
    forgetOrder(draft, exit.localId)
    return
  }
  const { tradeId } = exit`
  ]),
  bug("slot", "the skew counts twice", [
    `${slot}/money/orderSizes.ts`,
    "Math.min(base * favouredMultiplier,",
    "Math.min(base * favouredMultiplier * favouredMultiplier,"
  ]),
  bug("slot", "a quiet slot sleeps through its timer", [
    `${slot}/exit/orphan.ts`,
    "(order.position.filledAtMs || order.placedAtMs) + terms.s1OrphanAfterMs)",
    "(order.position.filledAtMs || order.placedAtMs) + terms.s1OrphanAfterMs + 60_000)"
  ]),
  bug("slot", "an order that was lost is waited for ever longer", [
    `${slot}/trouble/lostOrders.ts`,
    "Math.min(FIRST_RETRY_MS * 2 ** (rejections - 1), LAST_RETRY_MS)",
    "FIRST_RETRY_MS * 2 ** (4 * rejections)"
  ]),
  bug("rebalancer", "machine time in the rebalancer", [
    "services/rebalancer/core/rebalance.ts",
    "const elapsedSec = Math.max(MIN_ELAPSED_SEC, sinceSec)",
    "const elapsedSec = Math.max(MIN_ELAPSED_SEC, sinceSec + (performance.now() % 7))"
  ]),
  bug("rebalancer", "what orders hold counts as idle", [
    `${rebalancer}/actor.ts`,
    "Quote.toNumber(minus(quote.total, quote.hold)) / value",
    "Quote.toNumber(quote.total) / value"
  ]),
  bug("feed", "every price is believed", [
    "services/market-feed/core/witness.ts",
    "const moved = apart(last, before.last)\n",
    "const moved = 0 * apart(last, before.last)\n"
  ]),
  bug("feed", "a silent feed says that its price is new", [
    "services/market-feed/core/conflate.ts",
    "heardMs === null ? null : Math.max(0, nowMs - heardMs) / 1_000",
    "heardMs === null ? null : 0"
  ]),
  bug("feed", "prices are written as they are heard, never again", [
    "services/market-feed/service.ts",
    "if (next.price !== null) {",
    "if (next.price !== null && written === null) {"
  ]),
  bug("runtime", "a damaged snapshot is believed", [
    "shared/actor/snapshots.ts",
    'if (sha256(snapshot.state) !== snapshot.stateHash) return "its state does not match its hash"',
    ""
  ]),
  bug("runtime", "a snapshot of lost records is believed", [
    "shared/actor/snapshots.ts",
    'if (record === null) return "it is ahead of the journal"',
    "if (record === null) return null"
  ]),
  bug("runtime", "a snapshot is believed whatever record stands there", [
    "shared/actor/snapshots.ts",
    "if (!isIt || record.storedMs !== storedMs) {",
    'if (record.id === "") {'
  ]),
  bug("runtime", "a snapshot is saved while an output is owed", [
    "shared/actor/snapshots.ts",
    "if (fold.pending.length > 0 || fold.seq",
    "if (fold.seq"
  ]),
  bug("runtime", "nobody asks who has written a record", [
    "shared/events/belonging.ts",
    "if (writers === undefined || writers.includes(writer) || !SERVICES.has(writer)) return null",
    "if (writers !== null) return null"
  ]),
  bug("runtime", "nobody asks on which subject an event stands", [
    "shared/events/belonging.ts",
    "if (!tags.has(_tag)) return `${_tag} does not belong on this subject`",
    ""
  ]),
  bug("runtime", "a record is believed whose bytes were changed", [
    "shared/events/envelope.ts",
    "if (record.objection !== undefined) throw new Error(record.objection)",
    ""
  ]),
  bug("runtime", "a twin's decision is written a second time", [
    "shared/actor/publish.ts",
    "journal.append({ ...entry, expectedLastSeq: fold.expectedLastSeq })",
    "journal.append({ ...entry, id: `${entry.id}x` })"
  ]),
  bug(
    "runtime",
    "a decision is dropped when the journal does not answer",
    [
      "shared/actor/publish.ts",
      'Effect.catchTag("JournalConflict", () => Effect.succeed(null))',
      "Effect.catch(() => Effect.succeed(null))"
    ],
    [
      "shared/actor/publish.ts",
      "yield* retryAppend(journal.append(",
      "yield* (<A>(append: A): A => append)(journal.append("
    ]
  ),
  bug("runtime", "a record that nobody can read is passed over in silence", [
    "shared/actor/foldSet.ts",
    "          broken = { error }\n          break",
    "          continue"
  ]),
  bug("journal", "the epoch is not raised", [
    "shared/actor/control/control.ts",
    "raised = Math.max(view.epoch + 1, Math.min(atLeast, view.epoch + maxEpochStep(options.service)))",
    "raised = Math.max(view.epoch, Math.min(atLeast, view.epoch + maxEpochStep(options.service)))"
  ]),
  bug("journal", "newer rules are never taken up", [
    "shared/actor/control/rulesAdopted.ts",
    "from >= to ? null",
    "from >= 0 ? null"
  ]),
  bug("journal", "a skip is forgotten at the next start", [
    "shared/actor/control/control.ts",
    'else if (event._tag === "RecordSkipped") skipped.add(skipKey(event.actor, event.seq))',
    ""
  ]),
  bug("house", "how far the projector is stands in the store before the rows do", [
    "services/projector/projector.ts",
    "    yield* writeRows(fills, store.projection.fills, progress)\n",
    "    yield* retryStore(saveCursor(options.market, { seq: last.seq, recordId: last.id, state: projected.state, ahead: null }), progress.waitsFor)\n    yield* writeRows(fills, store.projection.fills, progress)\n"
  ]),
  bug("house", "rows of records that were lost with the power stay", [
    "services/projector/cursor.ts",
    "if (seq >= first && (yield* journal.get(seq))?.id !== recordId) return yield* forgetProjection(market)",
    ""
  ]),
  bug("house", "the projector leaves snapshots behind what nobody can read", [
    "services/projector/marketFolds.ts",
    "if (this.last === null || this.adrift) return Effect.void",
    "if (this.last === null) return Effect.void"
  ]),
  bug("house", "rows that were being written when the power went stay", [
    "services/projector/cursor.ts",
    "const stands = ahead === null || ahead.seq < first ||",
    "const stands = ahead !== undefined ||"
  ]),
  bug("house", "a store that is away is asked once", [
    "shared/retry.ts",
    "    Effect.retry({ schedule: STORE_RETRY, while: mayWait }),\n",
    ""
  ]),
  bug("house", "a transition that a price brings about has no row", [
    "services/projector/core/rows.ts",
    "if (other.index === index && other !== own) botEvents.push",
    "if (other.index < 0) botEvents.push"
  ]),
  bug("house", "an era begins with the last record of the one before", [
    "shared/actor/seals/sealJournal.ts",
    "const from = (before?.to ?? 0) + 1",
    "const from = before?.to ?? 1"
  ]),
  bug("house", "an era's digest does not follow the one before", [
    "shared/actor/seals/sealJournal.ts",
    "hashes.digest(before?.digest ?? NO_ERA_BEFORE, count)",
    "hashes.digest(NO_ERA_BEFORE, count)"
  ]),
  bug("house", "an era is sealed where somebody still owes an answer", [
    "shared/actor/seals/rest.ts",
    "if (folds.some(({ pending }) => pending.length > 0)) return",
    ""
  ]),
  bug("learning", "of several candles that are over at once one is told", [
    "services/ohlcv-ingestor/core/closed.ts",
    "facts: fresh.map((",
    "facts: fresh.slice(0, 1).map(("
  ]),
  bug("learning", "a minute without trades is no candle", [
    "services/ohlcv-ingestor/window/candles.ts",
    "keep: (candles, provenance) => turn.withPermit(put(candles, provenance))",
    "keep: (candles, provenance) => turn.withPermit(put(candles.filter(({ trades }) => trades > 0), provenance))"
  ]),
  bug("learning", "the candle that is still forming is kept", [
    "shared/candles/http.ts",
    "answer.closedUntilSec ?? Math.floor(nowMs / 1_000)",
    "Number.MAX_SAFE_INTEGER"
  ]),
  bug("learning", "a regime is told of a candle that is still to end", [
    "services/hmm-advisor/service.ts",
    "Math.max(nowMs, endedMs(now.fast), endedMs(now.slow))",
    "Math.max(nowMs, endedMs(now.fast) * 0)"
  ])
]
