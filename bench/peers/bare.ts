/** The same work without a library of events: a file of lines, each synced, and the bare NATS client. Records hold what ours do. */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { jetstream, jetstreamManager } from "@nats-io/jetstream"
import type { NatsConnection } from "@nats-io/nats-core"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { encodeEntry } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { pullAll } from "../baselines/journalFloor.ts"
import { alwaysOpen, type Contender } from "./others.ts"
import { evolve, NOTHING, type Tally } from "./work.ts"

const text = new TextDecoder()

/** The bytes of the record that ours make of the event. */
export const bytesOf = (subject: string, event: MarketEvent, n: number): Uint8Array =>
  encodeEntry(subject, `life.${n}`, {
    epoch: 1,
    timeMs: 1_700_000_000_000 + n,
    writer: "bench",
    cause: null,
    events: [event]
  }).data

/** JSON to the event, of the two kinds there are: nothing is checked. */
const eventIn = (json: string): MarketEvent => {
  const [raw] = (JSON.parse(json) as { readonly events: ReadonlyArray<Record<string, string>> }).events
  const price = (field: string): Price => Price.parse(raw?.[field] ?? "")
  if (raw?.["_tag"] === "PriceObserved") {
    return { _tag: "PriceObserved", last: price("last"), bid: price("bid"), ask: price("ask") }
  }
  return {
    _tag: "OrderFilled",
    clientId: raw?.["clientId"] ?? "",
    localId: 0,
    txid: raw?.["txid"] ?? "",
    price: price("price"),
    volume: Volume.parse(raw?.["volume"] ?? ""),
    cost: Quote.parse(raw?.["cost"] ?? ""),
    fee: Quote.parse(raw?.["fee"] ?? "")
  }
}

/** A file of JSON lines; an append is written and synced before the next. */
export const rawDisk = (): Contender => ({
  name: "a file of lines, synced",
  filled: (events) => {
    const file = join(mkdtempSync(join(tmpdir(), "kennel-peer-")), "lines")
    writeFileSync(file, events.map((event, n) => `${text.decode(bytesOf("market.BENCH.price", event, n))}\n`).join(""))
    const recover = (): Tally => {
      let tally = NOTHING
      for (const line of readFileSync(file, "utf8").split("\n")) if (line !== "") tally = evolve(tally, eventIn(line))
      return tally
    }
    let live = recover()
    const held = alwaysOpen({
      recover: () => Promise.resolve(recover()),
      appendEach: (more) => {
        const descriptor = openSync(file, "a")
        for (const [n, event] of more.entries()) {
          writeSync(descriptor, `${text.decode(bytesOf("market.BENCH.price", event, events.length + n))}\n`)
          fdatasyncSync(descriptor)
          live = evolve(live, event)
        }
        closeSync(descriptor)
        return Promise.resolve(live)
      }
    })
    return Promise.resolve(held)
  }
})

/** The bare client: one pull for all, and one acknowledged publish after the other. */
export const rawNats = (connection: NatsConnection): Contender => ({
  name: "bare NATS client",
  filled: async (events) => {
    const stream = `RAW${events.length}_${Math.trunc(performance.now())}`
    const manager = await jetstreamManager(connection)
    await manager.streams.add({ name: stream, subjects: [`raw.${stream}`] })
    const publisher = jetstream(connection)
    let count = 0
    const publish = async (event: MarketEvent): Promise<void> => {
      await publisher.publish(`raw.${stream}`, bytesOf("market.BENCH.price", event, count), { msgID: `life.${count}` })
      count++
    }
    for (const event of events) await publish(event)
    const recover = async (): Promise<Tally> => {
      let tally = NOTHING
      await pullAll(connection, stream, count, (data) => (tally = evolve(tally, eventIn(text.decode(data)))))
      return tally
    }
    let live = count === 0 ? NOTHING : await recover()
    return alwaysOpen({
      recover,
      appendEach: async (more) => {
        for (const event of more) {
          await publish(event)
          live = evolve(live, event)
        }
        return live
      }
    })
  }
})
