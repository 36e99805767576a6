import type { CandleStore, Store } from "../../shared/store/port.ts"

/** The part of the store that the ingestor works with. */
export interface IngestorStore extends Pick<Store["Service"], "state" | "jobs" | "symbols"> {
  readonly candles: Omit<CandleStore, "stamps">
}
