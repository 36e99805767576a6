import { storeContract } from "../testing/contract.ts"
import { EmbeddedStore } from "./store.ts"

storeContract("embedded in memory", EmbeddedStore.layer({ directory: null }))
