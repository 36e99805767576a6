import { Effect, Layer } from "effect"
import { Store } from "../../port.ts"
import { storeContract } from "../contract.ts"
import { attempt, storeOn } from "./storeOn.ts"
import { Tables } from "./tables.ts"

const make = Effect.sync(() => Store.of(storeOn(new Tables(() => Date.now() / 1_000), attempt)))

storeContract("tables in memory", Layer.effect(Store, make))
