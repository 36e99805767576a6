/** What a route is: its address, its parameters, its payload and what else it may answer, in one place for server and contract. */
import type { Effect, Schema } from "effect"
import type { ShownSetting } from "../../../shared/config/show.ts"
import type { Published } from "../http/publisher.ts"
import type { Asked, Params } from "./params.ts"

/** An answer that is no payload. */
export class ApiProblem extends Error {
  readonly _tag = "ApiProblem"
  override readonly name = "ApiProblem"
  readonly status: 400 | 404 | 503
  /** Further members of the answer. */
  readonly more: Readonly<Record<string, unknown>>

  constructor(status: ApiProblem["status"], detail: string, more: Readonly<Record<string, unknown>> = {}) {
    super(detail)
    this.status = status
    this.more = more
  }
}

/** What routes are answered from. */
export interface Now extends Published {
  /** Base and quote as people write them. */
  readonly currency: { readonly base: string; readonly quote: string }
  readonly settings: ReadonlyArray<ShownSetting>
}

/** A payload without what every payload has; one that stands at another record says so itself. */
export type Body<Payload extends Schema.Top> = Omit<Payload["Type"], "seq" | "age_sec"> & {
  readonly seq?: number
  readonly age_sec?: number
}

/** See the top of this file. `R` is what an answer that is not at hand needs. */
export interface Route<P extends Params, Payload extends Schema.Top, R> {
  /** As OpenAPI writes it: `/api/slots/{id}/history`. */
  readonly path: string
  readonly summary: string
  readonly params: P
  readonly payload: Payload
  /** Beside 400: when it answers so. */
  readonly problems: Readonly<Partial<Record<404 | 503, string>>>
  readonly answer: (
    asked: Asked<P>,
    now: Now
  ) => Body<Payload> | ApiProblem | Effect.Effect<Body<Payload>, ApiProblem, R>
}

/** Any of them. */
export type AnyRoute<R> = Omit<Route<Params, Schema.Top, R>, "answer"> & {
  readonly answer: (
    asked: Readonly<Record<string, unknown>>,
    now: Now
  ) => object | ApiProblem | Effect.Effect<object, ApiProblem, R>
}

/** A route as it stands; only its types are looked at. */
export const defineRoute = <const P extends Params, Payload extends Schema.Top, R = never>(
  route: Route<P, Payload, R>
): AnyRoute<R> => route as unknown as AnyRoute<R>
