/** What order-gateway says of itself to the command line, the composition root, the container files and the documents. */
import { Effect } from "effect"
import { ofAnyKind } from "../../shared/actor/core/actor.ts"
import { reading } from "../../shared/service/reading.ts"
import { defineService } from "../../shared/service/manifest.ts"
import { gatewayFold } from "./core/fold.ts"
import { brokenGatewayRelations, GATEWAY_SETTINGS } from "./settings.ts"

const serviceModule = reading(() => import("./service.ts"))

/** Half a second of the wall is what a request takes on a slow disk. */
const LEAST_DEADLINE_WALL_MS = 500
const DAY_MS = 86_400_000

export const orderGatewayManifest = defineService({
  name: "order-gateway",
  summary: "requests → exchange → order facts; balances, terms, comparison with the exchange's books",
  settings: GATEWAY_SETTINGS,
  relations: brokenGatewayRelations,
  needs: ["journal", "exchange"],
  checksMarks: true,
  writes: ["order.*", "account", "quarantine"],
  watchesOrders: true,
  follows: [ofAnyKind(gatewayFold)],
  run: (settings, { subjects, epoch }) =>
    Effect.gen(function* () {
      const { orderGateway } = yield* serviceModule
      yield* epoch
      return yield* orderGateway({
        subjects,
        deadlineMs: settings.orderDeadlineSec * 1_000,
        leastDeadlineWallMs: LEAST_DEADLINE_WALL_MS,
        reconcileIntervalMs: settings.reconcileIntervalSec * 1_000,
        fillWindowMs: settings.fillWindowDays * DAY_MS
      })
    })
})
