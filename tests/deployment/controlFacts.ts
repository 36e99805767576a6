/** One control event of each kind, as whoever takes the market over would like it. */
import { readSettings } from "../../app/settings.ts"
import { testRules, testSlotRules } from "../../services/governor/testing/governorDriver.ts"
import type { TagOf, EventOf } from "../../shared/events/event.ts"

const { rebalancer } = readSettings({}).settings

/** What stands on control subjects; what was put aside has a subject of its own. */
export type ControlTag = Exclude<TagOf<"control">, "FrameQuarantined">

/** Of each kind one, in the name of this service. */
export const controlFacts = (service: string): { readonly [T in ControlTag]: EventOf<T> } => ({
  EpochRaised: {
    _tag: "EpochRaised",
    epoch: 1_000,
    service,
    reason: "forged",
    watchesOrders: false,
    fitsModels: false
  },
  RulesAdopted: { _tag: "RulesAdopted", from: 1, to: 99, service, adoptedMs: 0, changes: ["forged"] },
  MarketConfigured: { _tag: "MarketConfigured", slots: [1, 2, 3], rules: testSlotRules },
  GovernorConfigured: { _tag: "GovernorConfigured", rules: testRules(), fittedIntervals: [] },
  RebalancerConfigured: { _tag: "RebalancerConfigured", rules: rebalancer },
  HaltExplained: { _tag: "HaltExplained", slot: 1, seq: 1, violations: [], events: [], outOf: 0 },
  FaultRaised: { _tag: "FaultRaised", actor: "*", seq: 1, problem: "forged" },
  RecordSkipped: { _tag: "RecordSkipped", actor: "*", seq: 1, author: "forged", reason: "forged" },
  FaultDismissed: { _tag: "FaultDismissed", actor: "*", seq: 1, author: "forged", reason: "forged" },
  WriterKeySet: { _tag: "WriterKeySet", service, key: 99, fingerprint: "forged" }
})
