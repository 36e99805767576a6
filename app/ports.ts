/** From what a service says it needs to the layers that give it. */
import { Layer } from "effect"
import type { Need, ServiceError } from "../shared/service/manifest.ts"
import type { Ports, PortsOf } from "./registry.ts"

/** A layer for each need; views are made from the journal. */
export type Leaves = { readonly [N in Exclude<Need, "views">]: Layer.Layer<PortsOf[N], ServiceError> } & {
  readonly views: Layer.Layer<PortsOf["views"], ServiceError, PortsOf["journal"]>
}

/** The leaves that are needed, and no others: one that nobody needs is not opened. */
export const portsOf = (needs: ReadonlyArray<Need>, leaves: Leaves): Layer.Layer<Ports, ServiceError> => {
  const has = (need: Need): boolean => needs.includes(need)
  const { journal, exchange, store, views } = leaves
  const nothing: Layer.Layer<never, ServiceError> = Layer.empty
  const read: Layer.Layer<never, ServiceError> = has("views") ? Layer.provideMerge(views, journal) : journal
  // A service asks for what it names (`Ports` sees to that): what is left out here is missed by nobody.
  return Layer.mergeAll(
    has("journal") ? read : nothing,
    has("exchange") ? exchange : nothing,
    has("store") ? store : nothing
  ) as Layer.Layer<Ports, ServiceError>
}
