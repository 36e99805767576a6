/** The store over the real PostgREST: what the embedded database only imitates. */
import { Effect, Layer, type Scope } from "effect"
import { describe } from "vitest"
import { storeContract } from "../testing/contract.ts"
import { Store } from "../port.ts"
import { postgresFound } from "../testing/postgres.ts"
import { type Postgrest, postgrestFound, postgrestOverPglite, postgrestOverPostgres } from "../testing/postgrest.ts"
import { makeStore } from "./store.ts"

const bare = (server: Effect.Effect<Postgrest, never, Scope.Scope>) =>
  Layer.effect(
    Store,
    Effect.map(server, ({ url, key }) => makeStore({ url, key, restPath: "/" }))
  )

describe.runIf(postgrestFound())("PostgREST over PGlite", () => {
  storeContract("PostgREST over PGlite", bare(postgrestOverPglite))
})

describe.runIf(postgrestFound() && postgresFound())("PostgREST over PostgreSQL", () => {
  storeContract("PostgREST over PostgreSQL", bare(postgrestOverPostgres))
})
