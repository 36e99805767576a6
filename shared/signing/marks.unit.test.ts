import { createHash } from "node:crypto"
import { describe, expect, it } from "vitest"
import { randomNumbers } from "../core/random.ts"
import type { JournalRecord } from "../journal/port.ts"
import { Demands } from "./demands.ts"
import { keyring, keysText, ONE_PROCESS, readKeys } from "./keyring.ts"
import { fingerprintOf, isMarkOf, markOf, readMark, type WriterKey } from "./mark.ts"

const key = (service: string, number = 1): WriterKey => ({
  service,
  number,
  secret: Buffer.alloc(32, service + number)
})
const feed = key("market-feed")
const slots = key("slot-actor")
const whole = key(ONE_PROCESS)

const record = (subject: string, by: WriterKey | null, seq = 7): JournalRecord => {
  const bare = { seq, subject, id: `1.x.${seq}`, data: new TextEncoder().encode("{}"), storedMs: 0 }
  return by === null ? bare : { ...bare, mark: markOf(by, bare) }
}
const price = "market.XDGUSD.price"

describe("a mark", () => {
  it("names its key, and is another for every other subject, id, data and key", () => {
    const one = record(price, feed)
    expect(readMark(one.mark ?? "")).toEqual({ service: "market-feed", number: 1 })
    const others = [
      record("market.XDGUSD.clock", feed),
      record(price, feed, 8),
      { ...one, mark: markOf(feed, { ...one, data: new Uint8Array(2) }) },
      record(price, key("market-feed", 2))
    ]
    expect(new Set([one, ...others].map(({ mark }) => mark)).size).toBe(5)
    // Where one part ends and the next begins is part of what is marked.
    expect(markOf(feed, { ...one, id: "ab" })).not.toBe(
      markOf(feed, { ...one, id: "a", data: new TextEncoder().encode("b{}") })
    )
  })

  it("is half of the hash over key, subject, id and data, of a record however strange", () => {
    const random = randomNumbers(7)
    const texts = ["", "market.XDGUSD.price", "1.slot-3.17", "é\u00ff", "\u0100Ω\u{1f415}", "a\nb", "x".repeat(300)]
    const lengths = [0, 1, 15, 400, 8_000, 8_190, 8_192, 8_193, 200_000]
    const keys = [feed, slots, key("market-feed", 2), key("m".repeat(31), 999_999)]
    const pick = <A>(among: ReadonlyArray<A>): A => among[Math.floor(random() * among.length)] as A
    for (let round = 0; round < 500; round++) {
      const [by, subject, id] = [pick(keys), pick(texts), pick(texts)]
      const data = Buffer.alloc(pick(lengths), String(random()))
      const marked = { subject, id, data }
      const mark = markOf(by, marked)
      const parts = [by.secret, Buffer.from(`${subject}\n${id}\n`, "latin1"), data]
      const whole = createHash("sha256").update(Buffer.concat(parts)).digest("base64")
      expect(mark).toBe(`${by.service}.${by.number}.${whole.slice(0, 22)}`)
      // What was looked at in between changes no other.
      const other = pick(keys)
      expect(isMarkOf(other, marked, mark)).toBe(other === by)
    }
  })

  it("is no other record's, whichever of its characters is another", () => {
    const one = record(price, feed)
    const mark = one.mark ?? ""
    expect(isMarkOf(feed, one, mark)).toBe(true)
    for (let at = mark.length - 22; at < mark.length; at++) {
      const other = mark[at] === "A" ? "B" : "A"
      expect(isMarkOf(feed, one, mark.slice(0, at) + other + mark.slice(at + 1))).toBe(false)
    }
    expect(isMarkOf(feed, one, "")).toBe(false)
  })

  it("says nothing of the key", () => {
    const text = `${record(price, feed).mark} ${fingerprintOf(feed)}`
    expect(text).not.toContain(feed.secret.toString("hex").slice(0, 8))
    expect(text).not.toContain(feed.secret.toString("base64").slice(0, 8))
  })
})

describe("a record", () => {
  it.each<readonly [what: string, record: JournalRecord, ring: ReadonlyArray<WriterKey>, believed: boolean]>([
    ["of its writer is believed", record(price, feed), [feed], true],
    ["of a slot, by the service of the slots, is believed", record("market.XDGUSD.out.slot-3", slots), [slots], true],
    ["of anybody, by the process that is all of them, is believed", record(price, whole), [whole], true],
    ["by a process that is not this market's is not", record(price, whole), [feed], false],
    ["of another service is not", record(price, slots), [feed, slots], false],
    ["of a key that is not here is not", record(price, key("market-feed", 9)), [feed], false],
    ["whose writer's keys are not here is, unchecked", record(price, feed), [slots], true],
    ["on a subject that is nobody's is not", record("market.XDGUSD.nothing", feed), [feed], false],
    ["without a mark, before any is demanded, is", record(price, null), [feed], true]
  ])("%s", (_what, given, ring, believed) => {
    expect(new Demands(keyring(ring, "")).objectionTo(given) === null).toBe(believed)
  })

  it("bears a mark of the key in force where it stands, or of a later one", () => {
    const demands = new Demands(keyring([feed, key("market-feed", 2)], ""))
    demands.set("market-feed", 2, 20)
    demands.set("market-feed", 1, 10)
    const believed = (seq: number, by: WriterKey | null) => demands.objectionTo(record(price, by, seq)) === null
    expect([believed(9, null), believed(9, feed), believed(10, null), believed(10, feed)]).toEqual([
      true,
      true,
      false,
      true
    ])
    expect([believed(20, feed), believed(20, key("market-feed", 2)), believed(19, feed)]).toEqual([false, true, true])
    expect(demands.objectionTo(record(price, null, 30))).toMatch(/from record 9 on all of market-feed do/)
  })

  it("of which no key is here is believed whatever keys are said to be in force, but not without a mark", () => {
    const demands = new Demands(keyring([slots], ""))
    demands.set("market-feed", 999, 1)
    expect(demands.objectionTo(record(price, feed))).toBeNull()
    expect(demands.objectionTo(record(price, null))).toMatch(/bears no mark/)
  })

  it("that bears a later key than the journal has named puts it in force", () => {
    const demands = new Demands(keyring([feed, key("market-feed", 2)], ""))
    expect(demands.objectionTo(record(price, key("market-feed", 2), 5))).toBeNull()
    expect(demands.objectionTo(record(price, feed, 6))).toMatch(/by then key 2 was in force/)
    expect(demands.objectionTo(record(price, feed, 4))).toBeNull()
  })
})

describe("keys as text", () => {
  it("are read back as they were written, and the newest marks", () => {
    const keys = [feed, key("market-feed", 2), slots]
    expect(readKeys(keysText(keys))).toEqual(keys)
    expect(keyring(keys, "market-feed").signsWith).toEqual(key("market-feed", 2))
    expect(keyring(keys, "projector").signsWith).toBeNull()
    expect(keyring(readKeys("market-feed=2:lost,1:lost"), "market-feed").signsWith).toBeNull()
  })

  it.each([
    "market-feed",
    "market-feed=1",
    "market-feed=0:" + "a".repeat(64),
    "market-feed=1:" + "a".repeat(63),
    "A=1:lost"
  ])("%s is refused", (text) => {
    expect(() => readKeys(text)).toThrow(/hexadecimal digits/)
  })

  it("of two keys with one name are refused", () => {
    expect(() => keyring([feed, { ...feed, secret: Buffer.alloc(32) }], "")).toThrow(/two keys 1 of market-feed/)
  })
})
