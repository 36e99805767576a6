/**
 * The exchange of a simulated market with life beside the client: others use the account, terms change, the private stream goes
 * silent, reports and lists are behind. What the gateway makes of it is the production code's.
 */
import { openOrders } from "../../services/exchange-sim/core/engine/books.ts"
import { doByHand, movedByOthers } from "../../services/exchange-sim/core/engine/byHand.ts"
import { feeParts } from "../../services/exchange-sim/core/engine/money.ts"
import { fillFacts, inCurrencyOf, missingFills, restatedFacts } from "../../services/order-gateway/core/facts.ts"
import { lateFillFacts } from "../../services/order-gateway/core/lateFills.ts"
import { liveOrders, orderOfSlot } from "../../services/order-gateway/core/state.ts"
import type { Life } from "./life.ts"
import { Venue } from "./venue.ts"

/** A venue on which all of `Life` may happen. */
export class LivelyVenue extends Venue {
  /** Something has happened: before, looking for what is untold would only take time. */
  private lively = false

  /** Something happens beside the client's own calls. */
  live(life: Life, nowMs: number): void {
    this.nowMs = nowMs
    this.lively = true
    switch (life._tag) {
      case "ByHand":
        doByHand(this.desk, this.view(), life.what, nowMs)
        return this.tell()
      case "OneOrder": {
        const ours = openOrders(this.desk.books).filter(({ clientId }) => clientId !== null)
        const order = ours[life.nth % Math.max(1, ours.length)]
        if (order !== undefined) doByHand(this.desk, this.view(), { ...life.what, txid: order.txid }, nowMs)
        return this.tell()
      }
      case "TradeByHand": {
        const { side, volume } = life
        const { bid, ask } = this.view()
        doByHand(this.desk, this.view(), { act: "place", side, price: side === "buy" ? ask : bid, volume }, nowMs)
        return this.tell()
      }
      case "Deaf":
        this.deaf = true
        return
      case "Misled":
        this.misled = { reports: life.reports, lists: life.lists }
        return
      case "Rounded":
        this.desk.roundedFills = life.units
        return
      case "FeesIn":
        this.desk.feesIn = life.currency
        return
      case "Refusing":
        this.refusing = life.words
        return
      case "Terms":
        return this.changeTerms(life)
      case "Compare":
        return this.compare()
    }
  }

  private changeTerms({ rules, status, makerPct }: Extract<Life, { _tag: "Terms" }>): void {
    this.desk.rules = {
      ...this.desk.rules,
      ...rules,
      ...(makerPct === undefined ? {} : { makerFee: feeParts(makerPct) })
    }
    this.status = status ?? this.status
    const { priceDecimals, volumeDecimals, minVolume, minCost } = this.desk.rules
    const terms = { priceDecimals, volumeDecimals, minVolume, minCost, status: this.status }
    this.note({ _tag: "ConstraintsObserved", ...terms })
    if (makerPct !== undefined) this.note({ _tag: "FeesObserved", makerPct, takerPct: 0.4 })
  }

  /** As the gateway compares: orders that others have changed, fills that were not heard, ends, and fills that came too late. */
  private compare(): void {
    this.deaf = false
    this.waiting.clear()
    const hidden = this.misled.lists > 0
    if (hidden) this.misled.lists--
    for (const { slot, order } of liveOrders(this.gateway())) {
      if (order.txid === null) continue
      const { localId, txid } = order
      const now = () => orderOfSlot(this.gateway(), slot, localId)
      const known = this.desk.books.orders.get(txid)
      if (known === undefined) throw new Error(`${txid} is alive in the journal and unknown at the exchange`)
      if (known.status === "open") {
        const report = this.reportOf(txid)
        const how = { askedMs: this.nowMs, amending: false }
        if (report !== null) this.write(slot, restatedFacts(order, report, how))
      }
      for (const fill of hidden ? [] : missingFills(order, this.fillsOf(txid), this.listed(txid))) {
        const live = now()
        if (live !== undefined) this.write(slot, fillFacts(live, fill))
      }
      const live = now()
      if (live !== undefined && known.status !== "open") this.askEnd(slot, live)
    }
    if (hidden) return
    for (const { slot, localId, txid } of this.gateway().ended) {
      const ended = this.gateway().ended.find((order) => order.slot === slot && order.localId === localId)
      const fills = ended === undefined ? [] : inCurrencyOf([ended.sums], this.fillsOf(txid))
      if (ended !== undefined) this.write(slot, lateFillFacts(ended, fills))
    }
    this.note(this.balances())
  }

  /** What others have brought to the account, or taken from it: deposits, withdrawals, trades by hand. */
  get elsewhere(): { readonly base: bigint; readonly quote: bigint } {
    return this.lively ? movedByOthers(this.desk.books) : { base: 0n, quote: 0n }
  }

  /** Whether the journal knows every fill of ours: recorded, or counted by the end of its order. */
  get told(): boolean {
    if (!this.lively) return true
    const state = this.gateway()
    const knows = (execIds: ReadonlyArray<string>, txid: string | null) =>
      txid === null || this.fillsOf(txid).every(({ execId }) => execIds.includes(execId))
    return (
      liveOrders(state).every(({ order }) => knows(order.execIds, order.txid)) &&
      state.ended.every((order) => lateFillFacts(order, this.fillsOf(order.txid)).length === 0)
    )
  }
}
