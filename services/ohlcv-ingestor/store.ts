import type { Store } from "../../shared/store/port.ts"

/** The part of the store that the ingestor works with. */
export type IngestorStore = Pick<Store["Service"], "candles" | "state" | "jobs" | "symbols">
