/** The gateway's own settings. */
import { number } from "../../shared/config/setting.ts"
import type { SharedSettings } from "../../shared/config/shared.ts"
import type { ValuesOf } from "../../shared/config/table.ts"

const edges = "Edges"

/** Deadlines, comparisons and the window of missed fills. */
export const GATEWAY_SETTINGS = {
  orderDeadlineSec: number("ORDER_DEADLINE_SEC", {
    group: edges,
    unit: "s",
    default: "10",
    min: 2,
    max: 60,
    reason: "The exchange does not place an order later than this after the claim (it accepts 2 to 60)."
  }),
  reconcileIntervalSec: number("RECONCILE_INTERVAL_SEC", {
    group: edges,
    unit: "s",
    default: "60",
    min: 5,
    max: 3_600,
    reason: "Exchange time between two comparisons of open orders, fills and balances with the exchange's."
  }),
  fillWindowDays: number("FILL_WINDOW_DAYS", {
    group: edges,
    unit: "days",
    default: "7",
    min: 0.01,
    max: 90,
    reason: "How far back fills are read at start for those that happened while nobody listened."
  })
} as const

/** What must hold between them and the shared ones. */
export const brokenGatewayRelations = ({
  requestTimeoutSec,
  orderDeadlineSec
}: SharedSettings & ValuesOf<typeof GATEWAY_SETTINGS>): ReadonlyArray<string> =>
  requestTimeoutSec < orderDeadlineSec
    ? []
    : [
        `REQUEST_TIMEOUT_SEC=${requestTimeoutSec}: not shorter than ORDER_DEADLINE_SEC (${orderDeadlineSec}); ` +
          "one request without an answer would let the others' deadlines pass"
      ]
