import { Effect, Layer } from "effect"
import { Store } from "../../../../shared/store/port.ts"
import { storeContract } from "../../../../shared/store/testing/contract.ts"
import { attempt, storeOn } from "./store.ts"
import { Tables } from "./tables.ts"

const make = Effect.sync(() => Store.of(storeOn(new Tables(() => Date.now() / 1_000), attempt)))

storeContract("tables of a simulated world", Layer.effect(Store, make))
