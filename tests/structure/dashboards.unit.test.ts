/** The dashboard and the files around it name what there is: metrics, volumes, services. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { parse } from "yaml"
import { metricsText } from "../../services/control-plane/core/metrics.ts"
import { reportOf } from "../../services/control-plane/core/report.ts"
import { observedAt, opening, OPTIONS, price, slots } from "../../services/control-plane/testing/examples.ts"
import { ROOT } from "./source.ts"

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8")

const REPORT = reportOf(observedAt([...opening, price("0.141")], { slots }), OPTIONS)
const TEXT = metricsText(REPORT, {
  version: "0.1.0",
  node: "24.21.0",
  residentBytes: 1e8,
  cpuSec: 1.5,
  startedAt: 1_795_000_000,
  streams: { status: 1, records: 0 }
})
/** Those that need a state of the market that the example is not in. */
const SOMETIMES = ["kennel_account_value_usd", "kennel_holding_value_usd"]
const SERVED = new Set([...TEXT.matchAll(/^# TYPE (\w+) /gm)].map(([, name = ""]) => name).concat(SOMETIMES))

interface Dashboard {
  readonly panels: ReadonlyArray<{
    readonly title: string
    readonly datasource: { readonly uid: string }
    readonly targets: ReadonlyArray<{ readonly expr: string }>
  }>
}
const dashboard = JSON.parse(read("deploy/grafana/dashboards/kennel.json")) as Dashboard

describe("the dashboard", () => {
  const asked = dashboard.panels.flatMap(({ title, targets }) =>
    targets.flatMap(({ expr }) => [...expr.matchAll(/\bkennel_\w+/g)].map(([name]) => [title, name] as const))
  )

  test.each(asked)("%s asks for %s, which the control plane serves", (_title, name) => {
    expect([...SERVED]).toContain(name)
  })

  test("asks for every metric that is served, so that none is there for nobody", () => {
    const names = new Set(asked.map(([, name]) => name))
    expect([...SERVED].filter((name) => !names.has(name))).toEqual([])
  })

  test("has the data source that is provisioned", () => {
    const { datasources } = parse(read("deploy/grafana/provisioning/datasources/kennel.yml")) as {
      readonly datasources: ReadonlyArray<{ readonly uid: string }>
    }
    expect(new Set(dashboard.panels.map(({ datasource }) => datasource.uid))).toEqual(new Set([datasources[0]?.uid]))
  })
})

describe("its containers", () => {
  const compose = parse(read("deploy/compose.obs.yml"), { merge: true }) as {
    readonly services: Readonly<
      Record<string, { readonly profiles?: ReadonlyArray<string>; readonly ports?: ReadonlyArray<string> }>
    >
  }

  test("run with profile obs alone, and publish one port, on this machine only", () => {
    const added = Object.entries(compose.services).filter(([name]) => name !== "control-plane")
    expect(added.map(([name, { profiles }]) => [name, profiles])).toEqual([
      ["prometheus", ["obs"]],
      ["grafana", ["obs"]]
    ])
    expect(added.flatMap(([, { ports = [] }]) => ports)).toEqual(["127.0.0.1:${GRAFANA_PORT:-3000}:3000"])
  })

  test("scrape the control plane under a name that it answers to", () => {
    const scraped = parse(read("deploy/prometheus/prometheus.yml")) as {
      readonly scrape_configs: ReadonlyArray<{
        readonly static_configs: ReadonlyArray<{ readonly targets: ReadonlyArray<string> }>
      }>
    }
    const [host = ""] = scraped.scrape_configs[0]?.static_configs[0]?.targets[0]?.split(":") ?? []
    expect(compose.services["control-plane"]).toMatchObject({ environment: { ALLOWED_HOSTS: host } })
    expect(
      Object.keys((parse(read("docker-compose.yml"), { merge: true }) as { services: object }).services)
    ).toContain(host)
  })
})

/** A sample: name, labels, value. */
const SAMPLE = /^(\w+)(?:\{((?:\w+="(?:[^"\\]|\\.)*",?)*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/

describe("the metrics", () => {
  const blocks = TEXT.split("# HELP ").slice(1)

  test("are text that Prometheus reads: help, type and samples of each, once, and a line end at the end", () => {
    expect(TEXT.startsWith("# HELP ") && TEXT.endsWith("\n")).toBe(true)
    const names = blocks.map((block) => {
      const [help = "", type = "", ...lines] = block.trimEnd().split("\n")
      const name = help.split(" ")[0] ?? ""
      expect(help).toMatch(/^\w+ [A-Z].*\.$/)
      expect(type).toMatch(new RegExp(`^# TYPE ${name} (counter|gauge)$`))
      expect(lines.length, name).toBeGreaterThan(0)
      for (const line of lines) expect(SAMPLE.exec(line)?.[1], line).toBe(name)
      expect(new Set(lines.map((line) => line.slice(0, line.lastIndexOf(" ")))).size, name).toBe(lines.length)
      return name
    })
    expect(new Set(names).size).toBe(names.length)
  })

  test("are named as Prometheus asks: one prefix, base units, _total on what only grows and on nothing else", () => {
    for (const block of blocks) {
      const [, name = "", type] = /# TYPE (\w+) (\w+)/.exec(block) ?? []
      expect(name).toMatch(/^kennel_[a-z_]+$/)
      expect(name.endsWith("_total"), name).toBe(type === "counter")
      expect(name).not.toMatch(/_(ms|pct|percent|milliseconds|kib|mib)(_|$)/)
    }
  })

  test("have labels of a few values, never ids", () => {
    const labels = new Set([...TEXT.matchAll(/[{,](\w+)="/g)].map(([, name = ""]) => name))
    expect([...labels].toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      "kind",
      "life",
      "mode",
      "node",
      "of",
      "outcome",
      "role",
      "side",
      "slot",
      "version"
    ])
  })
})
