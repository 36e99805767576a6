/** What every measurement of a journal opens, each closed with its scope. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect } from "@nats-io/transport-node"
import { Context, Effect, Layer } from "effect"
import { startNatsServer } from "../../shared/journal/nats/testing/testServer.ts"
import { Journal } from "../../shared/journal/port.ts"

/** The journal of a layer. */
export const journalFrom = <E>(layer: Layer.Layer<Journal, E>) =>
  Effect.map(Layer.build(layer), (context) => Context.get(context, Journal))

/** An empty directory. */
export const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-bench-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A server of its own, and a bare connection to it. */
export const servedBare = Effect.gen(function* () {
  const server = yield* Effect.acquireRelease(
    Effect.promise(() => startNatsServer()),
    (running) => Effect.promise(() => running.dispose())
  )
  const raw = yield* Effect.acquireRelease(
    Effect.promise(() => connect({ servers: server.url, noAsyncTraces: true })),
    (open) => Effect.promise(() => open.close())
  )
  return { server, raw }
})
