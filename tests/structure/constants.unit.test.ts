/**
 * Bounds and times that only make sense together: what one part relies on of another, with the argument. Those of the page and the
 * server are in services/control-plane/page/app/connection.unit.test.ts.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { FROZEN_AFTER_MS } from "../../app/leaves/exchange.ts"
import { readSettings } from "../../app/settings.ts"
import { DEADLINE_AHEAD_MS } from "../../services/exchange-sim/core/engine/check.ts"
import { TIERS } from "../../services/exchange-sim/core/engine/limits.ts"
import { IDLE_LIMIT_SEC } from "../../services/exchange-sim/ws/server.ts"
import { ANSWER_WITHIN_MS } from "../../services/governor/core/entries/funds.ts"
import { BOOTSTRAP_PATIENCE_MS } from "../../services/governor/core/mode/startup.ts"
import { MAX_ACTIVE } from "../../services/governor/core/slots/slots.ts"
import { END_QUESTIONS, RETRY_MS } from "../../services/order-gateway/lookup.ts"
import { GATEWAY_SETTINGS } from "../../services/order-gateway/settings.ts"
import { FILL_OVERLAP_MS } from "../../services/order-gateway/service.ts"
import { MAX_FOLDED } from "../../services/slot-actor/core/explain/shrink.ts"
import { MAX_EVENTS } from "../../services/slot-actor/explain.ts"
import { clientIdOf, MAX_SLOT } from "../../shared/core/ids/clientId.ts"
import { MAX_FOLLOWED_ORDERS, OPEN_ORDERS_OF_TIER } from "../../shared/core/openOrders.ts"
import { amendCost, cancelCost, COUNTER_WAIT_MS, LIMITS } from "../../shared/exchange/kraken/core/budget.ts"
import { PING_EVERY_MS, SILENCE_MS } from "../../shared/exchange/kraken/feed.ts"
import { REQUEST_TIMEOUT_MS } from "../../shared/exchange/kraken/options.ts"
import { HISTORY } from "../../shared/exchange/kraken/trading.ts"
import { CLOCK_SLACK_MS } from "../../shared/exchange/venueClock.ts"
import { DEFAULT_DUPLICATE_WINDOW_MS } from "../../shared/journal/order/duplicateWindow.ts"
import { MAX_FRAME_BYTES } from "../../shared/journal/embedded/directory/frame.ts"
import { MAX_PENDING_BYTES } from "../../shared/journal/embedded/writer.ts"
import { MAX_DATA_BYTES } from "../../shared/journal/entry.ts"
import { ACK_TIMEOUT_SECONDS, MAX_IN_FLIGHT_BYTES } from "../../shared/journal/nats/ackWindow.ts"
import { HEADER_ROOM_BYTES } from "../../shared/journal/nats/nats.ts"
import { HEARTBEAT_MS, INACTIVE_MS, MISSED_HEARTBEATS, REQUEST_MS } from "../../shared/journal/nats/session.ts"
import { ROOT } from "./source.ts"

const { settings: defaults } = readSettings({})
const mostOpen = Math.max(...Object.values(OPEN_ORDERS_OF_TIER))

describe("orders", () => {
  test("the simulated exchange has the limits that the adapter keeps to", () => {
    for (const tier of ["starter", "intermediate", "pro"] as const) {
      expect(TIERS[tier]).toEqual({ ...LIMITS[tier], openOrders: OPEN_ORDERS_OF_TIER[tier] })
    }
  })

  test("whoever follows orders has room for all that stand open and for two requests of every slot besides", () => {
    expect(MAX_FOLLOWED_ORDERS).toBeGreaterThanOrEqual(mostOpen + 2 * MAX_ACTIVE)
  })

  test("the safe cap of open orders, not the number of slots, is what ends growth: two orders each are more than it", () => {
    expect(2 * MAX_ACTIVE).toBeGreaterThan(mostOpen * defaults.governor.openOrderSafetyRatio)
  })

  test("the highest slot has a client id, the next one has none", () => {
    expect(clientIdOf({ epoch: 1, slot: MAX_SLOT, seq: 1, index: 0 })).toHaveLength(18)
    expect(() => clientIdOf({ epoch: 1, slot: MAX_SLOT + 1, seq: 1, index: 0 })).toThrow(RangeError)
  })

  test("the exchange takes every deadline that may be set, and the simulated one no other", () => {
    const { parse } = GATEWAY_SETTINGS.orderDeadlineSec
    expect(parse(String(DEADLINE_AHEAD_MS.max / 1_000))).toBe(DEADLINE_AHEAD_MS.max / 1_000)
    expect(() => parse(String(DEADLINE_AHEAD_MS.max / 1_000 + 1))).toThrow("")
  })

  test("a fill that the exchange's lists show as late as the gateway waits for an ending is in the next comparison's window", () => {
    expect(FILL_OVERLAP_MS).toBeGreaterThan(END_QUESTIONS * RETRY_MS + CLOCK_SLACK_MS)
  })
})

describe("limits of the exchange", () => {
  test.each(Object.entries(LIMITS))(
    "a full counter of the tier %s has room for the dearest call in time",
    (_, tier) => {
      const dearest = Math.max(cancelCost(0), amendCost(0))
      expect((HISTORY.calls / tier.calls.decayPerSec) * 1_000).toBeLessThan(COUNTER_WAIT_MS)
      expect((dearest / tier.trading.decayPerSec) * 1_000).toBeLessThan(COUNTER_WAIT_MS)
    }
  )

  test("no counter is so small that a call never fits", () => {
    for (const { calls, trading } of Object.values(LIMITS)) {
      expect(calls.ceiling).toBeGreaterThan(HISTORY.calls)
      expect(trading.ceiling).toBeGreaterThan(cancelCost(0))
    }
  })
})

describe("connections to the exchange", () => {
  test("four pings go unanswered before a connection counts as dead: one lost frame is no reason", () => {
    expect(SILENCE_MS).toBeGreaterThanOrEqual(4 * PING_EVERY_MS)
  })

  test("a quiet socket is pinged long before the exchange closes it as idle", () => {
    expect(PING_EVERY_MS).toBeLessThan((IDLE_LIMIT_SEC * 1_000) / 2)
  })

  test("a dead connection is replaced, and a request given up, before the simulated exchange's clock is taken to stand still", () => {
    expect(FROZEN_AFTER_MS).toBeGreaterThan(SILENCE_MS)
    expect(FROZEN_AFTER_MS).toBeGreaterThan(REQUEST_TIMEOUT_MS)
  })
})

describe("answers", () => {
  test("one slot that is down does not use up the patience that a start has with all of them", () => {
    expect(BOOTSTRAP_PATIENCE_MS).toBeGreaterThan(2 * ANSWER_WITHIN_MS)
  })

  test("an explanation of a breach can try every half of the longest story it reads", () => {
    expect(MAX_FOLDED).toBeGreaterThanOrEqual(2 * MAX_EVENTS)
  })
})

describe("the journal", () => {
  test("the largest record fits into each buffer it passes: else it would wait for ever", () => {
    expect(MAX_IN_FLIGHT_BYTES).toBeGreaterThan(MAX_DATA_BYTES + HEADER_ROOM_BYTES)
    expect(MAX_PENDING_BYTES).toBeGreaterThan(MAX_FRAME_BYTES)
  })

  test("the container's server takes the largest record", () => {
    const megabytes = /^max_payload: (\d+)MB$/m.exec(readFileSync(join(ROOT, "nats.conf"), "utf8"))?.[1]
    expect(Number(megabytes) * 1024 * 1024).toBeGreaterThanOrEqual(MAX_DATA_BYTES + HEADER_ROOM_BYTES)
  })

  test("an append of unknown outcome may be tried again many times while its id is remembered", () => {
    expect(DEFAULT_DUPLICATE_WINDOW_MS).toBeGreaterThanOrEqual(100 * ACK_TIMEOUT_SECONDS * 1_000)
  })

  test("the server beats at least twice in a request: NATS refuses longer ones", () => {
    expect(2 * HEARTBEAT_MS).toBeLessThanOrEqual(REQUEST_MS)
  })

  test("a session has ended here before the server forgets its consumer", () => {
    expect((MISSED_HEARTBEATS + 1) * HEARTBEAT_MS).toBeLessThan(INACTIVE_MS)
  })
})
