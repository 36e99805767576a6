/** Many writers with one expectation: of each round exactly one may win. What clusters before 2.11 do not keep. */
import { Context, Effect, Layer } from "effect"
import { Journal } from "../../shared/journal/port.ts"
import type { Cluster } from "./servers.ts"
import { connection } from "./workload.ts"

/** So many writers at once, on three connections. */
const WRITERS = 60
const CONNECTIONS = 3

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

/** How many writers won in each round. */
export const winnersOf = Effect.fnUntraced(function* (cluster: Cluster, rounds: number) {
  const journals = yield* Effect.forEach(upTo(CONNECTIONS), () =>
    Effect.map(Layer.build(Layer.fresh(connection(cluster))), (context) => Context.get(context, Journal))
  )
  const append = (round: number, writer: number, expectedLastSeq: number) => {
    const journal = journals[writer % CONNECTIONS]
    if (journal === undefined) return Effect.die(new Error("there is a connection for every writer"))
    const id = `race.${round}.${writer}`
    return journal.append({ subject: `market.TEST.race.${round}`, id, data: new Uint8Array(), expectedLastSeq })
  }
  const winners: Array<number> = []
  for (const round of upTo(rounds)) {
    // The first record of a subject is safe on every version: what races is the second.
    const { seq } = yield* append(round, 0, 0)
    const won = yield* Effect.forEach(upTo(WRITERS), (writer) => Effect.isSuccess(append(round, writer, seq)), {
      concurrency: "unbounded"
    })
    winners.push(won.filter((success) => success).length)
  }
  return winners
}, Effect.scoped)
