import { describe, expect, it } from "@effect/vitest"
import { Quote } from "../shared/core/decimal/decimal.ts"
import { governorRules } from "../shared/config/rules/governor.ts"
import { readSettings, SETTING_ROWS } from "./settings.ts"
import { SettingGroup } from "../shared/config/setting.ts"
import { SHARED_SETTINGS } from "../shared/config/shared.ts"
import { showSettings } from "../shared/config/show.ts"
import { mergedTables, rowsOf } from "../shared/config/table.ts"

describe("settings", () => {
  it("are all at their defaults in an empty environment, and the defaults are sound", () => {
    const { settings, problems } = readSettings({})
    expect(problems).toStrictEqual([])
    expect(settings.port).toBe(8080)
    expect(settings.slot.entryPct).toBe(0.2)
    expect(settings.slot.orderSize).toBe(Quote.parse("1"))
    expect(settings.live).toBe(false)
  })

  it("are read from the environment under their names", () => {
    const { settings } = readSettings({
      PORT: "9000",
      ORDER_SIZE_USD: "3.5",
      RECOVERY_EVICTION: "farthest",
      DATA_DIR: "/tmp/k"
    })
    expect(settings.port).toBe(9000)
    expect(settings.slot.orderSize).toBe(Quote.parse("3.5"))
    expect(settings.slot.recoveryEviction).toBe("farthest")
    expect(settings.dataDir).toBe("/tmp/k")
  })

  it.each([
    [{ PORT: "abc" }, "PORT=abc: is not a whole number (whole number, 0 to 65535)"],
    [{ PORT: "70000" }, "PORT=70000: is outside 0 to 65535 (whole number, 0 to 65535)"],
    [{ ENTRY_PCT: "-1" }, "ENTRY_PCT=-1: is outside 0.01 to 50 (0.01 to 50)"],
    [{ ENTRY_PCT: "NaN" }, "ENTRY_PCT=NaN: is not a number (0.01 to 50)"],
    [
      { ORDER_SIZE_USD: "two" },
      "ORDER_SIZE_USD=two: is not a decimal number such as 2.50 (0 or more, at most 10 decimals)"
    ],
    [
      { BACKFILL_TIMEFRAMES: "1d,2d" },
      'BACKFILL_TIMEFRAMES=1d,2d: timeframe "2d" is not known; use one of 1m, 5m, 15m, 30m, 1h, 4h, 12h, 1d, 1w, 15d (timeframes with commas between them)'
    ],
    [{ BACKFILL_TIMEFRAMES: "," }, "BACKFILL_TIMEFRAMES=,: names no timeframe (timeframes with commas between them)"],
    [{ LIVE: "maybe" }, "LIVE=maybe: is neither true nor false (`true` or `false`)"],
    [
      { CONTROL_TOKEN: "fifteen-letters" },
      "CONTROL_TOKEN=(secret): is shorter than 16 characters (empty, or 16 and more printable characters without spaces)"
    ],
    [
      { CONTROL_TOKEN: "sixteen or more ones" },
      "CONTROL_TOKEN=(secret): has spaces or characters that no header carries (empty, or 16 and more printable characters without spaces)"
    ],
    [
      { NATS_URL: "localhost:4222" },
      "NATS_URL=localhost:4222: is not a URL starting with nats:// or tls:// (empty, or a URL: nats://…, tls://…; several with commas between them)"
    ],
    [
      { NATS_URL: "nats://a:4222,,nats://b:4222" },
      "NATS_URL=nats://a:4222,,nats://b:4222: holds an empty address (empty, or a URL: nats://…, tls://…; several with commas between them)"
    ],
    [{ NATS_REPLICAS: "2" }, "NATS_REPLICAS=2: is none of auto, 1, 3, 5 (`auto` or `1` or `3` or `5`)"]
  ])("%j is one clear line", (env, line) => {
    expect(readSettings(env).problems).toStrictEqual([line])
  })

  it("report every wrong one at once", () => {
    expect(readSettings({ PORT: "x", SLOTS: "0", LIVE: "maybe" }).problems.length).toBe(3)
  })

  it.each([
    [{ LIVE: "true" }, /^LIVE=true: needs KRAKEN_API_KEY and KRAKEN_API_SECRET/],
    [{ LOSS_COOLDOWN_START: "1" }, /^LOSS_COOLDOWN_START=1: is below LOSS_BACKOFF_START/],
    [{ REQUEST_TIMEOUT_SEC: "30" }, /^REQUEST_TIMEOUT_SEC=30: not shorter than ORDER_DEADLINE_SEC/],
    [{ CLOCK_INTERVAL_SEC: "60", STALE_PRICE_MAX_AGE_SEC: "30" }, /^CLOCK_INTERVAL_SEC=60: longer than/],
    [{ POLL_INTERVAL_SECONDS: "4" }, /^POLL_INTERVAL_SECONDS=4: shorter than CLOCK_INTERVAL_SEC/],
    [{ VOLATILITY_PROFIT_FLOOR: "4" }, /^VOLATILITY_PROFIT_FLOOR=4: above VOLATILITY_PROFIT_CEILING/],
    [{ TREND_IDLE_FLOOR: "0.7" }, /^TREND_IDLE_FLOOR=0.7: above TREND_IDLE_CEILING/],
    [{ NATS_USER: "a", NATS_CREDS_FILE: "b" }, /^NATS_CREDS_FILE=b: set beside NATS_USER/],
    [{ NATS_TLS_CERT_FILE: "a" }, /^NATS_TLS_CERT_FILE=a: needs NATS_TLS_KEY_FILE/],
    [{ NATS_TLS_KEY_FILE: "a" }, /^NATS_TLS_KEY_FILE=a: needs NATS_TLS_CERT_FILE/],
    [{ SLOT_ALIAS_POOL: "rex,bello,rex" }, /^SLOT_ALIAS_POOL=rex,bello,rex: holds a name twice/],
    [
      { DATA_SOURCE: "binance" },
      /^DATA_SOURCE=binance: its trades are of real time, and the simulated exchange's time runs 120 times/
    ],
    [
      { DATA_SOURCE: "bybit", SPEED: "1", PAIR: "ADAUSD" },
      /^DATA_SOURCE=bybit: no name of ADAUSD is known there; set DATA_SOURCE_SYMBOL/
    ],
    [
      { TRADE_AFTER_BACKFILL: "true", DATA_SOURCE: "none" },
      /^TRADE_AFTER_BACKFILL=true: with DATA_SOURCE=none nothing fetches/
    ],
    [
      { TRADE_AFTER_BACKFILL: "true", CONTEXT_ENABLED: "false" },
      /^TRADE_AFTER_BACKFILL=true: with CONTEXT_ENABLED=false/
    ],
    [
      { TRADE_AFTER_BACKFILL: "true", CONTEXT_BACKFILL_ENABLED: "false" },
      /with CONTEXT_BACKFILL_ENABLED=false nothing fetches/
    ]
  ])("that contradict each other are refused: %j", (env, line) => {
    const [problem] = readSettings(env).problems
    expect(problem ?? "").toMatch(line)
  })

  it.each([
    ["starter", 60],
    ["intermediate", 80],
    ["pro", 225]
  ])("take the open-order limit of the %s tier, %i, unless one is set", (tier, limit) => {
    const rules = (env: Record<string, string>) => governorRules(readSettings({ KRAKEN_TIER: tier, ...env }).settings)
    expect(rules({}).openOrderLimit).toBe(limit)
    expect(rules({ KRAKEN_OPEN_ORDERS_PER_PAIR_LIMIT: "50" }).openOrderLimit).toBe(50)
  })

  it("take the smaller limit where the tier allows less than is set, and say so", () => {
    const { settings, problems, hints } = readSettings({ KRAKEN_OPEN_ORDERS_PER_PAIR_LIMIT: "225" })
    expect(problems).toStrictEqual([])
    expect(governorRules(settings).openOrderLimit).toBe(60)
    expect(hints).toStrictEqual([
      "KRAKEN_OPEN_ORDERS_PER_PAIR_LIMIT=225: KRAKEN_TIER=starter allows 60, which is used; set the tier the account has"
    ])
  })

  it("that are lists of words take those words alone, each once, in their own order", () => {
    expect(readSettings({ LEVEL_TOUCH_NOTICES: "PDL, PDH,PDL" }).settings.levelTouchNotices).toStrictEqual([
      "PDH",
      "PDL"
    ])
    expect(readSettings({ LEVEL_TOUCH_NOTICES: "PDX" }).problems[0]).toMatch(
      /^LEVEL_TOUCH_NOTICES=PDX: holds "PDX", which is none of POCprev,/
    )
  })

  it.each(["True", "TRUE", "1", "yes", "On"])("read %s as true", (text) => {
    expect(readSettings({ HMM_ENABLED: text })).toMatchObject({ settings: { hmmEnabled: true }, problems: [] })
  })

  it.each(["False", "0", "NO", "off", ""])("read %j as false", (text) => {
    expect(readSettings({ HMM_ENABLED: text })).toMatchObject({ settings: { hmmEnabled: false }, problems: [] })
  })

  it("are understood under another name that people know, which is hinted at; their own name goes first", () => {
    const other = readSettings({ SUPABASE_SERVICE_ROLE_KEY: "a-key" })
    expect(other.settings.supabaseKey).toBe("a-key")
    expect(other.hints).toStrictEqual(["SUPABASE_SERVICE_ROLE_KEY is understood; here it is called SUPABASE_KEY"])
    const both = readSettings({ SUPABASE_SERVICE_ROLE_KEY: "a-key", SUPABASE_KEY: "ours" })
    expect(both).toMatchObject({ settings: { supabaseKey: "ours" }, hints: [] })
    expect(showSettings(SETTING_ROWS, { SUPABASE_SERVICE_ROLE_KEY: "a-key" })).toMatch(
      /^SUPABASE_KEY +\(set, not shown\) {2}\(SUPABASE_SERVICE_ROLE_KEY\)$/m
    )
  })

  it.each([
    ["a letter is missing", "HMM_ENABLD", "HMM_ENABLED"],
    ["a short name is one letter off", "SLOT", "SLOTS"],
    ["it begins as several settings do", "REBALANCE_MAXIMUM_SKEW", "REBALANCE_MAX_SKEW"]
  ])("warn of a variable that is none where %s", (_how, name, meant) => {
    expect(readSettings({ [name]: "1" }).hints).toStrictEqual([
      `${name} is no setting and changes nothing: did you mean ${meant}?`
    ])
  })

  it.each(["HOME", "PATH", "TERM", "LANG", "HOSTNAME", "NODE_OPTIONS", "KENNEL_PORT"])(
    "say nothing of %s, which is somebody else's",
    (name) => {
      expect(readSettings({ [name]: "1" }).hints).toStrictEqual([])
    }
  )

  it("show no secret, set or wrong", () => {
    const shown = showSettings(SETTING_ROWS, {
      KRAKEN_API_KEY: "hunter2",
      KRAKEN_API_SECRET: "hunter3",
      NATS_PASSWORD: "hunter4"
    })
    expect(shown).not.toMatch(/hunter/)
    expect(shown).toMatch(/KRAKEN_API_KEY\s+\(set, not shown\)/)
  })

  it("take NATS servers of one cluster, and show no password that stands in an address", () => {
    expect(readSettings({ NATS_URL: "nats://a:4222, tls://b:4222" }).settings.natsUrl).toBe(
      "nats://a:4222,tls://b:4222"
    )
    const [problem] = readSettings({ NATS_URL: "nats://a:4222,nats://kennel:hunter5@b:4222" }).problems
    expect(problem).toMatch(/^NATS_URL=.*holds a user or password; set them apart/)
    expect(problem).not.toMatch(/hunter/)
    expect(showSettings(SETTING_ROWS, { NATS_URL: "nats://kennel:hunter5@b:4222" })).not.toMatch(/hunter/)
  })

  it.each([
    [{ PAIR: "xdgusd" }, "PAIR=xdgusd: is no pair: 4 to 24 capitals and digits, such as XDGUSD ("],
    [{ PAIR: "XDG.USD" }, "PAIR=XDG.USD: is no pair: 4 to 24 capitals and digits, such as XDGUSD ("],
    [{ PAIR: "X>" }, "PAIR=X>: is no pair: 4 to 24 capitals and digits ("],
    [
      { SYMBOL: "doge/usd" },
      "SYMBOL=doge/usd: is no symbol: two names in capitals with a slash between, such as DOGE/USD ("
    ],
    [{ SYMBOL: "DOGEUSD" }, "SYMBOL=DOGEUSD: is no symbol: two names in capitals with a slash between ("],
    [{ HOST: "http://127.0.0.1" }, "HOST=http://127.0.0.1: is no host: leave out the scheme and what follows ("],
    [{ HOST: "127.0.0.1:8080" }, "HOST=127.0.0.1:8080: is no IP address; a port is a setting of its own ("],
    [{ HOST: "999.1.1.1" }, "HOST=999.1.1.1: is no IPv4 address such as 127.0.0.1 ("],
    [{ HOST: "my host" }, "HOST=my host: is no host name such as localhost, and no IP address ("],
    [{ SIM_HOST: "-x" }, "SIM_HOST=-x: is no host name such as localhost, and no IP address ("],
    [{ SUPABASE_URL: "ftp://h" }, "SUPABASE_URL=ftp://h: is not a URL starting with http:// or https:// ("],
    [{ SUPABASE_URL: "http://h:70000" }, "SUPABASE_URL=http://h:70000: has a port outside 1 to 65535 ("],
    [{ NATS_URL: "nats://h:70000" }, "NATS_URL=nats://h:70000: has a port outside 1 to 65535 ("],
    [{ KRAKEN_WS_URL: "ws://a b/" }, "KRAKEN_WS_URL=ws://a b/: holds a space ("],
    [
      { KRAKEN_REST_URL: "https://u:hunter2/3@h" },
      "KRAKEN_REST_URL=https://(secret)@h: holds a user or password; set them apart ("
    ],
    [
      { CANDLE_SOURCE_URL: "https://h/v1?apikey=hunter2" },
      "CANDLE_SOURCE_URL=https://h/v1?(secret): holds a ? or #; give the address alone ("
    ],
    [{ SUPABASE_REST_PATH: "rest" }, "SUPABASE_REST_PATH=rest: is no path such as /rest/v1 ("],
    [
      { DATA_DIR: "./a\0b" },
      "DATA_DIR=./a\\u0000b: holds a control character, such as a line break; write it on one line ("
    ],
    [{ NATS_USER: "a\nb" }, "NATS_USER=a\\nb: holds a control character, such as a line break; write it on one line ("],
    [{ ARCHIVE_DIR: "/" + "x".repeat(256) }, `ARCHIVE_DIR=/${"x".repeat(199)}…: holds a name of more than 255 bytes (`],
    [{ DATA_DIR: "/x".repeat(2_048) }, `DATA_DIR=${"/x".repeat(100)}…: is longer than a path can be (4095 bytes) (`],
    [{ ORDER_SIZE_USD: "1000000000001" }, "ORDER_SIZE_USD=1000000000001: is above 1000000000000 ("]
  ])("of a shape that nothing has are refused: %j", (env, line) => {
    const [problem = "", ...others] = readSettings(env).problems
    expect(problem.startsWith(line), problem).toBe(true)
    expect(others).toStrictEqual([])
  })

  it.each(["127.0.0.1", "::1", "fe80::1%eth0", "0.0.0.0", "localhost", "kennel.example.org", "control-plane"])(
    "take %s for a host",
    (host) => {
      expect(readSettings({ HOST: host })).toMatchObject({ problems: [], settings: { host } })
    }
  )

  it("have one name each: two rows under one name are refused", () => {
    const names = SETTING_ROWS.map((setting) => setting.name)
    expect(new Set(names).size).toBe(names.length)
    const row = new SettingGroup("Toy").flag("LIVE", { default: "false", reason: "Twice." })
    expect(() => mergedTables([SHARED_SETTINGS, { live: row }])).toThrow("two settings are kept under live")
    expect(() => rowsOf({ ...SHARED_SETTINGS, toy: row })).toThrow("two settings are called LIVE")
  })

  it("are candle intervals only where Kraken has them", () => {
    expect(readSettings({ HMM_OHLCV_INTERVAL_MIN: "7" }).problems[0] ?? "").toMatch(
      /^HMM_OHLCV_INTERVAL_MIN=7: is none of 1, 5, 15,/
    )
    expect(readSettings({ HMM_OHLCV_INTERVAL_MIN: "60" }).settings.candleIntervalMin).toBe(60)
  })
})
