import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import fc from "fast-check"
import { Envelope } from "./envelope.ts"
import { decodeHot } from "./hot.ts"

const decodeBySchema = Schema.decodeUnknownSync(Envelope)

/** Envelopes as JSON gives them: mostly sound, now and then with one wrong part. */
const raw = fc.record({
  epoch: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(1.5, null)),
  timeMs: fc.oneof(fc.integer({ min: 0 }), fc.constant("now")),
  writer: fc.constantFrom("market-feed", "market-feed", ""),
  cause: fc.constantFrom(null, null, 3, "3", 0.5),
  events: fc.array(
    fc.oneof(
      fc.record({
        _tag: fc.constantFrom("PriceObserved", "PriceObserved", "Nonsense"),
        last: fc.constantFrom("0.1234567", "12", "1e3", "0.12345678901", 0.1),
        bid: fc.constantFrom("0.1234567", "0.5000000000000"),
        ask: fc.constantFrom("0.1234568", "99999.1234567891"),
        extra: fc.constant(1)
      }),
      fc.record(
        {
          _tag: fc.constant("ClockTicked"),
          priceAgeSec: fc.constantFrom(null, 0, 1.25, "1", Number.NaN),
          noPrice: fc.constantFrom("recording ended", null)
        },
        { requiredKeys: ["_tag", "priceAgeSec"] }
      )
    ),
    { maxLength: 3 }
  )
})

describe("the fast reader of hot records", () => {
  it("gives what the schema gives, and leaves to the schema whatever the schema refuses", () => {
    let read = 0
    fc.assert(
      fc.property(raw, (value) => {
        const hot = decodeHot(value)
        if (hot === null) return
        read++
        expect(hot).toStrictEqual(decodeBySchema(value))
      }),
      { seed: 20_261_121, numRuns: 8_000 }
    )
    expect(read, "the generator makes too few sound records").toBeGreaterThan(20)
  })
})
