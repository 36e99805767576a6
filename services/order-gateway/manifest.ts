/** What order-gateway says of itself to the command line, the composition root, the container files and the documents. */
import { Effect } from "effect"
import { ofAnyKind } from "../../shared/actor/core/actor.ts"
import { speedOf } from "../../shared/config/shared.ts"
import { defineService } from "../../shared/service/manifest.ts"
import { gatewayFold } from "./core/fold.ts"
import { orderGateway } from "./service.ts"
import { brokenGatewayRelations, GATEWAY_SETTINGS } from "./settings.ts"

/** Half a second of the wall is what a request takes on a slow disk … */
const LEAST_DEADLINE_WALL_SEC = 0.5
/** … and Kraken takes deadlines up to this far ahead. */
const MAX_DEADLINE_SEC = 60
const DAY_MS = 86_400_000

export const orderGatewayManifest = defineService({
  name: "order-gateway",
  summary: "requests → exchange → order facts; balances, terms, comparison with the exchange's books",
  settings: GATEWAY_SETTINGS,
  relations: brokenGatewayRelations,
  needs: ["journal", "exchange"],
  writes: ["order.*", "account", "quarantine"],
  watchesOrders: true,
  follows: [ofAnyKind(gatewayFold)],
  run: (settings, { subjects, epoch }) => {
    const leastSec = Math.min(MAX_DEADLINE_SEC, LEAST_DEADLINE_WALL_SEC * speedOf(settings))
    return Effect.andThen(
      epoch,
      orderGateway({
        subjects,
        deadlineMs: Math.max(settings.orderDeadlineSec, leastSec) * 1_000,
        reconcileIntervalMs: settings.reconcileIntervalSec * 1_000,
        fillWindowMs: settings.fillWindowDays * DAY_MS
      })
    )
  }
})
