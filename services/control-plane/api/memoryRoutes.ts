/** Routes that are answered from what is folded: at once, and with bounded work. */
import { NEWEST_RULES } from "../../../shared/core/rules/versions.ts"
import { ENVELOPE_VERSION } from "../../../shared/events/envelope.ts"
import { CHART_TIMEFRAMES, type ChartTimeframe, MAX_CANDLES } from "../core/chart/state.ts"
import { candlesView } from "../core/chart/view.ts"
import { pnlView } from "../core/history/pnl.ts"
import { MOST } from "../core/history/state.ts"
import { cyclesView, knowsSlot, slotHistoryView } from "../core/history/view.ts"
import { BUILD_VERSION } from "./build.ts"
import { choice, integer, maybeInteger, neededInteger } from "./params.ts"
import { ApiProblem, defineRoute } from "./route.ts"
import { Candles } from "./schema/candles.ts"
import { Cycles, Pnl, SlotHistory } from "./schema/history.ts"
import { SlotNow } from "./schema/status.ts"
import { Alive, Config, Version } from "./schema/server.ts"

const limit = (most: number, otherwise: number) => integer("How many at most.", { from: 1, to: most, otherwise })
const beforeSeq = maybeInteger("Only what happened before this record.", 1)

const candles = defineRoute({
  path: "/api/candles",
  summary: `Closed candles of the journal, the newest ${MAX_CANDLES} of each timeframe, and the one that is forming`,
  params: {
    timeframe: choice("Their length.", Object.keys(CHART_TIMEFRAMES) as ReadonlyArray<ChartTimeframe>, "1m"),
    before: maybeInteger("Only those that begin before it, Unix seconds.", 0),
    limit: limit(MAX_CANDLES, 500)
  },
  payload: Candles,
  problems: {},
  answer: (asked, { moment }) => candlesView(moment.chart, asked)
})

const cycles = defineRoute({
  path: "/api/cycles",
  summary: `Booked cycles, newest first; the newest ${MOST.cycles} are kept here`,
  params: {
    before: beforeSeq,
    limit: limit(200, 50),
    slot: maybeInteger("Only those of this slot.", 1)
  },
  payload: Cycles,
  problems: {},
  answer: (asked, { moment }) => cyclesView(moment.history, asked)
})

const slot = defineRoute({
  path: "/api/slots/{id}",
  summary: "A slot in full: every order, its money, what it rests from and what it does not do",
  params: { id: neededInteger("The slot's number.", 1) },
  payload: SlotNow,
  problems: { 404: "the market has no such slot" },
  answer: ({ id }, { report }) => {
    const found = report.slots.find(({ slot_id }) => slot_id === id)
    return found === undefined
      ? new ApiProblem(404, `the market has no slot ${id}; one that is gone has /api/slots/${id}/history`)
      : { slot: found }
  }
})

const slotHistory = defineRoute({
  path: "/api/slots/{id}/history",
  summary: "A slot's orders, fills, cycles and transitions, newest first",
  params: { id: neededInteger("The slot's number.", 1), before: beforeSeq, limit: limit(200, 50) },
  payload: SlotHistory,
  problems: { 404: "nobody has heard of that slot" },
  answer: ({ id, ...asked }, { moment }) => {
    const known = moment.governor.slots.some(({ slot }) => slot === id) || knowsSlot(moment.history, id)
    return known
      ? slotHistoryView(moment.history, id, asked)
      : new ApiProblem(404, `there is no slot ${id}: the journal has never named it`)
  }
})

const pnl = defineRoute({
  path: "/api/pnl",
  summary: "What was booked and paid by day, week or month of UTC, and what is open now",
  params: { by: choice("How days are put together.", ["day", "week", "month"], "day") },
  payload: Pnl,
  problems: {},
  answer: ({ by }, { moment, report, currency }) => {
    const { price } = moment.status
    const { open_positions: open, evicted_positions: evicted } = report.money
    const now = price === null ? null : { price: price.last, open: open.at_market, evicted: evicted.at_market }
    return pnlView(moment.days, by, currency.quote, now)
  }
})

const config = defineRoute({
  path: "/api/config",
  summary: "Every setting in force, its default and where it comes from; secrets are not shown",
  params: {},
  payload: Config,
  problems: {},
  answer: (_asked, { settings }) => ({ settings })
})

const version = defineRoute({
  path: "/version",
  summary: "What runs here",
  params: {},
  payload: Version,
  problems: {},
  answer: (_asked, { report }) => ({
    name: "kennel",
    version: BUILD_VERSION,
    node: process.versions.node,
    shapes: ENVELOPE_VERSION,
    rules: NEWEST_RULES,
    api: 1 as const,
    started_at: report.started_at
  })
})

const livez = defineRoute({
  path: "/livez",
  summary: "200 while the process turns",
  params: {},
  payload: Alive,
  problems: {},
  answer: () => ({ status: "ok" as const })
})

/** All of them. */
export const MEMORY_ROUTES = [candles, cycles, slot, slotHistory, pnl, config, version, livez]
