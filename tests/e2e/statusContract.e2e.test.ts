/**
 * A script that somebody wrote for the bot that Kennel began with (docs/seeds.md, 001 §22 and 003): it asks for every block and field it
 * knows, asks for every action by the names it knows, and looks at health and readiness, of a market as `npm start` opens it.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { freePort } from "../../shared/testing/freePort.ts"
import { type Kennel, startKennel, until } from "../testing/processes.ts"

type Json = Readonly<Record<string, unknown>>

/** What the script reads, block by block; an empty name is the report itself. */
const FIELDS: Readonly<Record<string, ReadonlyArray<string>>> = {
  "": ["daily_loss_limit", "daily_realized_loss_utc", "daily_loss_lock_active", "daily_loss_lock_utc_day"],
  capacity_fill_health: [
    "open_orders_current",
    "open_orders_source",
    "open_orders_internal",
    "open_orders_kraken",
    "open_order_limit_configured",
    "open_orders_safe_cap",
    "open_order_headroom",
    "open_order_utilization_pct",
    "orders_per_slot_estimate",
    "estimated_slots_remaining",
    "partial_fill_open_events_1d",
    "partial_fill_cancel_events_1d",
    "median_fill_seconds_1d",
    "p95_fill_seconds_1d",
    "status_band",
    "blocked_risk_hint"
  ],
  rebalancer: ["target", "base_target", "skew", "idle_ratio"],
  trend: [
    "score",
    "score_display",
    "fast_ema",
    "slow_ema",
    "dynamic_idle_target",
    "hysteresis_active",
    "hysteresis_expires_in_sec"
  ],
  capital_layers: ["target", "effective", "funding_gap_doge", "funding_gap_usd", "fully_funded", "propagation"],
  entry_scheduler: ["cap", "deferred", "deferred_total", "drained_total"],
  open_order_drift_hint: ["active", "since", "alerted_at", "difference"],
  hmm_data_pipeline: [
    "enabled",
    "source",
    "interval_min",
    "samples",
    "coverage_pct",
    "ready_for_min_train",
    "ready_for_target_window",
    "gaps",
    "freshness_ok",
    "volume_coverage_pct",
    "span_hours",
    "sync_interval_sec",
    "last_sync_ts",
    "last_sync_rows_queued",
    "sync_cursor"
  ],
  hmm_regime: [
    "enabled",
    "available",
    "trained",
    "regime",
    "regime_id",
    "confidence",
    "bias_signal",
    "blend_factor",
    "probabilities",
    "observation_count",
    "last_update_ts",
    "last_train_ts",
    "error"
  ]
}

/** In an order in which each can be asked for; the market runs at the end. */
const ACTIONS: ReadonlyArray<Json> = [
  { action: "pause" },
  { action: "resume" },
  { action: "add_slot" },
  { action: "remove_slot", slot_id: 4 },
  { action: "remove_slots", count: 1 },
  { action: "add_layer", source: "auto" },
  { action: "remove_layer" },
  { action: "set_entry_pct", pct: 0.25 },
  { action: "set_profit_pct", pct: 1.1 },
  { action: "soft_close", slot_id: 1, recovery_id: 1 },
  { action: "soft_close_next" },
  { action: "cancel_stale_recoveries" },
  { action: "reconcile_drift" },
  { action: "audit_pnl" },
  // The tenth command of document 000, which 001 does not have yet.
  { action: "backfill_ohlcv" }
]

let directory = ""
let url = ""
let kennel: Kennel | null = null

const get = async (path: string): Promise<{ readonly status: number; readonly body: Json }> => {
  const response = await fetch(`${url}${path}`)
  return { status: response.status, body: (await response.json()) as Json }
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "kennel-contract-"))
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  kennel = startKennel(["up"], { DATA_DIR: directory, PORT: String(port) })
  await until(
    "a running market whose candles are known",
    async () => {
      const { body } = await get("/api/status")
      return body["mode"] === "RUNNING" && "hmm_data_pipeline" in body ? body : null
    },
    150,
    () => kennel?.output() ?? ""
  )
}, 180_000)
afterAll(async () => {
  await kennel?.end("SIGKILL")
  await rm(directory, { recursive: true, force: true })
})

describe("the status", () => {
  it.each(Object.entries(FIELDS))("has the block %j with every field of it", async (block, fields) => {
    const { body } = await get("/api/status")
    const part = (block === "" ? body : body[block]) as Json | undefined
    expect(part).toBeDefined()
    expect(fields.filter((field) => !(field in (part ?? {})))).toStrictEqual([])
  })

  it("says of a regime that nobody has inferred that it is not known", async () => {
    const { body } = await get("/api/status")
    expect(body["hmm_regime"]).toMatchObject({ enabled: false, available: false, trained: false, probabilities: null })
  })

  it("says in its log when trading begins and ends, as it says it in /ready", async () => {
    // A quiet market's price grows old now and then: the two are compared until nothing has changed between them.
    await until(
      "the log's last word and /ready to say the same",
      async () => {
        const lastWord = () => /.*TRADING (ENABLED|DISABLED)/s.exec(kennel?.output() ?? "")?.[1]
        const before = lastWord()
        const { trading } = (await get("/ready")).body as { trading: { enabled: boolean } }
        return before === lastWord() && before === (trading.enabled ? "ENABLED" : "DISABLED") ? true : null
      },
      30
    )
    expect(kennel?.output()).toContain("TRADING ENABLED")
  })

  it("is the same under the name that older pollers know", async () => {
    const { status, body } = await get("/api/swarm/status")
    expect(status).toBe(200)
    expect(Object.keys(body).sort()).toStrictEqual(Object.keys((await get("/api/status")).body).sort())
  })
})

describe("the pages", () => {
  it.each(["/", "/factory"])("%s is a page", async (path) => {
    const response = await fetch(`${url}${path}`, { headers: { accept: "text/html" } })
    expect(response.status).toBe(200)
    expect(await response.text()).toMatch(/^<!doctype html>/i)
  })
})

describe("levels and backfill", () => {
  it("of the levels: known, each with its precision, or why not", async () => {
    const { status, body } = await get("/levels")
    expect([200, 503]).toContain(status)
    expect(JSON.stringify(body)).toMatch(status === 200 ? /precision/ : /detail/)
  })

  it("of the backfill: one of the eight states, with chunks and percent", async () => {
    const { status, body } = await get("/backfill/status")
    expect(status).toBe(200)
    const text = JSON.stringify(body)
    expect(text).toMatch(/"backfill_status":"(idle|pending|in_progress|complete|skipped|disabled|error|cancelled)"/)
    for (const word of ["chunks_done", "chunks_total", "percent"]) expect(text).toContain(word)
  })
})

describe("health and readiness", () => {
  it("of the process: its state, and how far the candles are", async () => {
    const { body } = await get("/health")
    expect(["ok", "degraded"]).toContain(body["status"])
    expect(typeof body["backfill_complete"]).toBe("boolean")
    expect(typeof body["backfill_status"]).toBe("string")
  })

  it("of the market: session, trading, progress, precision", async () => {
    const { body } = await get("/ready")
    expect(body).toMatchObject({ session: expect.anything(), trading: { enabled: expect.any(Boolean) } })
    const text = JSON.stringify(body)
    for (const word of ["chunks", "eta", "precision"]) expect(text).toContain(word)
  })
})

describe("the actions", () => {
  it.each(ACTIONS)("%j is understood and answered", async (asked) => {
    const token = (await readFile(join(directory, "control-token"), "utf8")).trim()
    const ask = () =>
      fetch(`${url}/api/action`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify(asked)
      })
    // Ten a second are heard: a script that asks faster is told so, and asks again.
    const heard = async () => {
      const response = await ask()
      return response.status === 429 ? null : response
    }
    const body = (await (await until("an answer", heard, 20)).json()) as Json
    // A wish that cannot be granted now is refused by its rule; a word that is not understood is a problem of the request.
    expect(["applied", "refused", "pending"]).toContain(body["result"])
    expect(body["hints"]).toStrictEqual([])
  })
})
