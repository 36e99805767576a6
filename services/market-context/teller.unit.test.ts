import { expect, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { decoded } from "../../shared/actor/control/decode.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { MemoryJournal } from "../../shared/journal/memory.ts"
import { Journal } from "../../shared/journal/port.ts"
import type { WantedFact } from "./core/facts.ts"
import { makeTeller } from "./teller.ts"

const subjects = marketSubjects("XDGUSD")
const reached: WantedFact = {
  name: "touch",
  everyMs: 0,
  fact: { _tag: "PrecisionObserved", precise: true, precision: "PRECISE", tradesOf: "kraken" }
}

it.effect("a fact is told where nobody can read the last word of its subject, and then no more", () =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const bytes = new TextEncoder().encode('{"v":3,"events":[]}')
    yield* journal.append({ subject: subjects.context("touch"), id: "test.bytes", data: bytes })
    const tell = yield* makeTeller({ subjects, epoch: 1, nowMs: Effect.succeed(1_790_000_000_000) })
    yield* tell([reached])
    yield* tell([reached])
    const facts = yield* journal.read({ from: 1 }).pipe(decoded, Stream.runCollect)
    expect(facts.flatMap(({ events }) => events)).toStrictEqual([reached.fact])
  }).pipe(Effect.provide(MemoryJournal.layer()))
)
