import { storeContract } from "../contract.testkit.ts"
import { EmbeddedStore } from "./store.ts"

storeContract("embedded in memory", EmbeddedStore.layer({ directory: null }))
