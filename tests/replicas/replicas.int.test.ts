import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { adoptRules } from "../../shared/actor/control/rulesAdopted.ts"
import { runActors } from "../../shared/actor/runtime.ts"
import { verifyJournal } from "../../shared/actor/verify.ts"
import { type KnownRules, THIS_BUILD } from "../../shared/core/rules/versions.ts"
import { natsServerFound, type NatsServer } from "../../shared/journal/nats/testing/testServer.ts"
import { actors, begin, connection, firstEntry, hasSaid, outputsOf, server, subjects, tick } from "./restlessMarket.ts"

/** One replica of the market's actors, on a connection of its own. */
const replicaOn = (running: NatsServer, known: KnownRules = THIS_BUILD) =>
  runActors({ host: "replica", subjects, actors, publish: true, known }).pipe(
    Effect.provide(Layer.fresh(connection(running)))
  )

const killed = (running: NatsServer) =>
  Effect.promise(async () => {
    await running.kill()
    await running.restart()
  })

/** Every decision stands once, none is missing, and all of them follow from what was recorded. */
const provenOnce = Effect.fnUntraced(function* (ticks: number, known: KnownRules = THIS_BUILD) {
  for (const actor of ["slot-1", "governor"]) {
    const outputs = yield* outputsOf(actor)
    expect(new Set(outputs.map(({ id }) => id)).size).toBe(outputs.length)
    expect(outputs.length).toBeGreaterThanOrEqual(ticks)
  }
  const verification = yield* verifyJournal({ subjects, actors, known })
  expect(verification.divergences).toStrictEqual([])
  expect(verification.actors.map(({ unwritten }) => unwritten)).toStrictEqual([0, 0])
  return verification
})

describe.skipIf(!natsServerFound())("two replicas of a market on NATS", () => {
  it.live(
    "publish every decision exactly once, with the server killed in between",
    () =>
      Effect.gen(function* () {
        const TICKS = 300
        const running = yield* server
        yield* Effect.gen(function* () {
          yield* begin
          const replicas = [yield* Effect.forkChild(replicaOn(running)), yield* Effect.forkChild(replicaOn(running))]
          yield* firstEntry
          let last = 0
          for (let n = 1; n <= TICKS; n++) {
            const asked = yield* tick(n, n === 100 || n === 200 ? killed(running) : Effect.void)
            last = asked ?? last
          }
          yield* hasSaid("governor", (event) => event._tag === "EntryGranted" && event.localId === last)
          for (const replica of replicas) yield* Fiber.interrupt(replica)
          yield* provenOnce(TICKS)
        }).pipe(Effect.provide(Layer.fresh(connection(running))))
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "of two builds trade together until the rules are taken up; then the older stops and the newer goes on, killed or not",
    () =>
      Effect.gen(function* () {
        const TICKS = 120
        const ADOPTED_AFTER = 60
        const older: KnownRules = { oldest: 1, newest: 1 }
        const newer: KnownRules = { oldest: 1, newest: 2 }
        const running = yield* server
        yield* Effect.gen(function* () {
          yield* begin
          const old = yield* Effect.forkChild(replicaOn(running, older))
          let young = yield* Effect.forkChild(replicaOn(running, newer))
          yield* firstEntry
          let last = 0
          for (let n = 1; n <= TICKS; n++) {
            const asked = yield* tick(n, n === 30 ? killed(running) : Effect.void)
            last = asked ?? last
            if (n !== ADOPTED_AFTER) continue
            yield* adoptRules({ subjects, service: "newer-build", known: newer })
            // Killed between the adoption and the first decision under the new rules, and the server with it.
            yield* Fiber.interrupt(young)
            expect(yield* Effect.flip(Fiber.join(old))).toMatchObject({ _tag: "BuildTooOld" })
            yield* killed(running)
            young = yield* Effect.forkChild(replicaOn(running, newer))
          }
          yield* hasSaid("governor", (event) => event._tag === "EntryGranted" && event.localId === last)
          yield* Fiber.interrupt(young)
          const { generations } = yield* provenOnce(TICKS, newer)
          expect(generations.map(({ rulesVersion }) => rulesVersion)).toStrictEqual([1, 2])
          expect(yield* Effect.flip(replicaOn(running, older))).toMatchObject({ _tag: "BuildTooOld" })
        }).pipe(Effect.provide(Layer.fresh(connection(running))))
      }).pipe(Effect.scoped),
    60_000
  )
})
