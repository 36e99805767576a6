/** What the name of a service says about it. */

/** Services that may restart without an order being unwatched. Every other start (a gateway, a process that runs everything) begins anew. */
const HANDLES_NO_ORDERS: ReadonlySet<string> = new Set([
  "market-feed",
  "slot-actor",
  "governor",
  "rebalancer",
  "hmm-advisor",
  "ohlcv-ingestor",
  "projector",
  "control-plane"
])

/** Whether a start of this service takes the last comparison with the exchange away. */
export const handlesOrders = (service: string): boolean => !HANDLES_NO_ORDERS.has(service)

/** Whether a start of this service fits the regime models anew: the advisor's own, and that of a process that runs everything. */
export const fitsModels = (service: string): boolean =>
  service === "hmm-advisor" || (handlesOrders(service) && service !== "order-gateway")
