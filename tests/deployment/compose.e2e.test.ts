/**
 * The containers as they ship: Dockerfile and compose file, unmodified, on a real engine. One story, each step of which begins
 * where the one before it ended. What each step took is printed for docs/operations.md; nothing is asserted of it.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { SERVICES } from "../../app/registry.ts"
import { type Container, engineFound, prepareStack, type Stack } from "./stack.ts"

const OURS = SERVICES.map(({ name }) => name)
/** What runs as long as the market does; `migrate` ends. */
const RUNNING = [...OURS, "nats", "postgres", "postgrest"]

/** Above what is measured (docs/operations.md): a development dependency, a second Node or a base image more is seen. Bytes. */
const IMAGE_AT_MOST = 270_000_000

const serviceOf = ({ Config }: Container): string => Config.Labels["com.docker.compose.service"] ?? ""
const wellOrUnasked = ({ State }: Container): boolean =>
  State.Running && (State.Health?.Status ?? "healthy") === "healthy"
const named = (containers: ReadonlyArray<Container>) => new Map(containers.map((one) => [serviceOf(one), one]))

let stack: Stack
let ready = false
/** Images and volumes without a name that others have left on this machine. */
let leftBefore: ReadonlyArray<string> = []

const report = (line: string): void => {
  process.stdout.write(`compose: ${line}\n`)
}
/** Seconds since `began`, for people. */
const since = (began: number): string => `${((performance.now() - began) / 1_000).toFixed(1)} s`

const trips = async (): Promise<number> => (await stack.status()).total_round_trips

/** The market is ready, every entry may go out, and more cycles than `before` are complete. */
const tradesOn = (before: number) =>
  stack.eventually(`ready, RUNNING and more than ${before} cycles`, async () => {
    const { status } = await stack.ask("/ready")
    const { mode, total_round_trips } = await stack.status()
    return status === 200 && mode === "RUNNING" && total_round_trips > before ? total_round_trips : null
  })

const allWell = () =>
  stack.eventually("every container runs and is healthy", async () => {
    const now = named(await stack.containers())
    return RUNNING.every((service) => {
      const found = now.get(service)
      return found !== undefined && wellOrUnasked(found)
    })
      ? now
      : null
  })

const token = (): Promise<string> => stack.compose("exec", "-T", "control-plane", "cat", "/data/control-token")

const act = async (action: string, bearer: string) => {
  const { status, text } = await stack.ask("/api/action", {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${bearer}` },
    body: JSON.stringify({ action })
  })
  return { status, answer: JSON.parse(text) as { readonly result?: string } }
}

const rowsIn = async (table: string): Promise<number> => {
  const asPerson = ["exec", "-T", "postgres", "psql", "--username", "postgres", "--dbname", "kennel", "-At"]
  return Number(await stack.compose(...asPerson, "--command", `select count(*) from ${table}`))
}

const verified = () => stack.kennel("control-plane", "journal", "verify")

/** A key's nonces must rise: where the gateway was faster on the same key, the exchange says so, and the audit is asked again. */
const auditedWithExchange = (): Promise<string> =>
  stack.eventually("an audit that the exchange answered", async () => {
    try {
      return await stack.kennel("order-gateway", "audit", "--exchange")
    } catch (error) {
      if (String(error).includes("EAPI:Invalid nonce")) return null
      throw error
    }
  })

describe.runIf(engineFound())("docker compose", { timeout: 300_000 }, () => {
  beforeAll(async () => {
    stack = await prepareStack({ SLOTS: "4", DAILY_LOSS_LIMIT: "50" })
    ready = true
  }, 120_000)
  afterAll(async () => {
    if (ready) await stack.remove()
  }, 120_000)

  it("says what to do where there is no .env", async () => {
    await expect(stack.compose("--env-file", "/dev/null", "config", "--quiet")).rejects.toThrow(
      /missing in \.env; npm run -s kennel -- init-env makes it/
    )
  })

  it("leaves out the store's containers where a hosted project has one", async () => {
    const hosted = ["--env-file", ".env", "--env-file", "hosted.env"]
    writeFileSync(join(stack.directory, "hosted.env"), "SUPABASE_URL=https://x.supabase.co\nCOMPOSE_PROFILES=\n")
    const services = (await stack.compose(...hosted, "config", "--services")).split("\n")
    expect(services.toSorted()).toEqual([...OURS, "nats"].toSorted())
  })

  it("builds one image, once, and leaves nothing lying about", async () => {
    const tagged = () => stack.docker("image", "ls", "--quiet", stack.image)
    // An image of an earlier text, if there was one, loses its name to the new one.
    const expected = [...(await stack.leftovers()), await tagged()]
    const began = performance.now()
    await stack.compose("build")
    report(`built in ${since(began)}`)
    const id = await tagged()
    await stack.compose("build")
    expect(await tagged()).toBe(id)
    leftBefore = await stack.leftovers()
    expect(expected).toEqual(expect.arrayContaining([...leftBefore]))
  })

  it("has an image that is small, holds no test and no secret, and runs as nobody in particular", async () => {
    const [image] = JSON.parse(await stack.docker("image", "inspect", stack.image)) as ReadonlyArray<{
      readonly Size: number
      readonly Config: { readonly User: string; readonly Env: ReadonlyArray<string> }
    }>
    report(`image of ${Math.round((image?.Size ?? 0) / 1e6)} MB`)
    expect(image?.Size).toBeLessThan(IMAGE_AT_MOST)
    expect(image?.Config.User).toBe("kennel")
    const inside = (...args: ReadonlyArray<string>) =>
      stack.docker("run", "--rm", "--network=none", `--entrypoint=${args[0] ?? ""}`, stack.image, ...args.slice(1))
    const ours = (await inside("find", "/app", "-path", "/app/node_modules", "-prune", "-o", "-type", "f", "-print"))
      .split("\n")
      .filter((path) => !path.startsWith("/app/compiled/"))
    expect(ours).toContain("/app/cli/main.ts")
    const foreign = /\.test\.ts$|\.env$|\.md$|\/testing\/|^\/app\/(?:tests|bench|conformance)\//
    expect(ours.filter((path) => foreign.test(path))).toEqual([])
    const packages = (await inside("ls", "/app/node_modules")).split("\n")
    expect(packages.filter((name) => ["vitest", "typescript", "knip", "yaml"].includes(name))).toEqual([])
    const env = readFileSync(join(stack.directory, ".env"), "utf8")
    const secrets = [...env.matchAll(/^(?!COMPOSE_PROFILES)\w+=(.+)$/gm)].map(([, value = ""]) => value)
    expect(secrets).toHaveLength(29)
    // Every layer, the history and the configuration, as the image would be handed on; `zcat -f` takes what is not compressed too.
    const linesWith = (...texts: ReadonlyArray<string>) =>
      stack.shell(
        `mkdir saved && docker save ${stack.image} | tar -x -C saved && find saved -type f -exec zcat -f {} + |` +
          ` { grep -a -c -F ${texts.map((text) => `-e '${text}'`).join(" ")} || true; } && rm -r saved`
      )
    expect(Number(await linesWith("kennel init-env"))).toBeGreaterThan(0)
    expect(Number(await linesWith(...secrets))).toBe(0)
  })

  it("comes up with every container healthy", async () => {
    const began = performance.now()
    await stack.compose("up", "--detach", "--wait")
    report(`up and healthy in ${since(began)}`)
    const all = await allWell()
    expect(all.get("migrate")?.State.ExitCode).toBe(0)
    for (const service of OURS) {
      expect(all.get(service)?.HostConfig.ReadonlyRootfs, service).toBe(true)
      expect(all.get(service)?.Config.User, service).toBe("kennel")
    }
    expect((await stack.status()).slots).toHaveLength(4)
  })

  it("completes cycles, and its page, its API and its command line answer", async () => {
    const began = performance.now()
    await tradesOn(0)
    report(`first cycle complete ${since(began)} later`)
    const page = await stack.ask("/")
    expect(page.status).toBe(200)
    expect(page.text).toMatch(/<title>[^<]*Kennel/)
    expect((await stack.ask("/health")).status).toBe(200)
    expect((await act("pause", "wrong")).status).toBe(401)
    const bearer = await token()
    expect((await act("pause", bearer)).answer).toMatchObject({ result: "applied" })
    expect((await act("resume", bearer)).answer).toMatchObject({ result: "applied" })
    expect(await stack.kennel("control-plane", "doctor")).not.toMatch(/^fail/m)
    expect(await stack.kennel("control-plane", "audit")).toMatch(/, 0 differences$/)
  })

  it.each(["kennel.migrations", "price_history", "bot_events", "bot_state", "ohlcv_candles", "fills"])(
    "fills the table %s",
    async (table) => {
      const found = await stack.eventually(`rows in ${table}`, async () => (await rowsIn(table)) || null)
      expect(found).toBeGreaterThan(0)
    }
  )

  it("proves every decision from inside a container", async () => {
    expect(await verified()).toMatch(/ 0 divergences$/)
  })

  it("lets no service write outside its own places", async () => {
    const write = (path: string) => stack.compose("exec", "-T", "governor", "sh", "-c", `echo x > ${path}`)
    await expect(write("/app/x")).rejects.toThrow(/Read-only file system/)
    await expect(write("/data/x")).rejects.toThrow(/Read-only file system/)
    expect(await stack.compose("exec", "-T", "governor", "id", "--user")).toBe("1000")
  })

  it("recreates nothing when it is brought up again, built again or not", async () => {
    const before = (await stack.containers()).map(({ Id }) => Id).toSorted()
    await stack.compose("up", "--detach")
    await stack.compose("up", "--detach", "--build")
    expect((await stack.containers()).map(({ Id }) => Id).toSorted()).toEqual(before)
  })

  it("runs two slot-actors, and back to one, without touching the others", async () => {
    const others = async () =>
      (await stack.containers())
        .filter((one) => !["slot-actor", "migrate"].includes(serviceOf(one)))
        .map(({ Id, State }) => `${Id} ${State.StartedAt}`)
        .toSorted()
    const before = await others()
    await stack.compose("up", "--detach", "--wait", "--scale", "slot-actor=2")
    const twins = (await stack.containers()).filter((one) => serviceOf(one) === "slot-actor")
    expect(twins.filter(wellOrUnasked)).toHaveLength(2)
    await tradesOn(await trips())
    expect(await verified()).toMatch(/ 0 divergences$/)
    await stack.compose("up", "--detach", "--scale", "slot-actor=1")
    expect(await others()).toEqual(before)
  })

  it.each(RUNNING)("goes on trading after a kill -9 of %s", async (service) => {
    const began = performance.now()
    const { Id, State } = await stack.kill(service)
    await stack.eventually(`${service} runs again`, async () => {
      const now = await stack.container(service)
      return now.Id === Id && now.State.StartedAt !== State.StartedAt && wellOrUnasked(now) ? now : null
    })
    const well = since(began)
    await tradesOn(await stack.eventually("a status", trips))
    report(`kill -9 of ${service}: healthy again after ${well}, another cycle complete after ${since(began)}`)
  })

  it("has lost and doubled nothing by it: the books agree with the exchange's own", async () => {
    await allWell()
    expect(await verified()).toMatch(/ 0 divergences$/)
    expect(await auditedWithExchange()).toMatch(/, 0 differences$/)
  })

  it("stops in order, and goes on where it stood", async () => {
    const before = await trips()
    const began = performance.now()
    await stack.compose("stop")
    report(`stopped in ${since(began)}`)
    const codes = (await stack.containers()).map((one) => [serviceOf(one), one.State.ExitCode] as const)
    // PostgREST takes a SIGTERM for a failure.
    expect(codes.filter(([name, code]) => code !== 0 && name !== "postgrest")).toEqual([])
    const again = performance.now()
    await stack.compose("up", "--detach", "--wait")
    report(`up again in ${since(again)}`)
    await stack.eventually("the same cycles", async () => ((await trips()) >= before ? true : null))
    await tradesOn(before)
  })

  it("keeps journal, tables, trades of the days and control token through down and up, and leaves nothing else", async () => {
    const [bearer, before, events] = [await token(), await trips(), await rowsIn("bot_events")]
    await stack.compose("down")
    expect(await stack.leftovers()).toEqual(leftBefore)
    await stack.compose("up", "--detach", "--wait")
    expect(await token()).toBe(bearer)
    expect(await rowsIn("bot_events")).toBeGreaterThanOrEqual(events)
    await stack.eventually("the same cycles", async () => ((await trips()) >= before ? true : null))
    await tradesOn(before)
    expect(await verified()).toMatch(/ 0 divergences$/)
    const volumes = (await stack.containers()).flatMap(({ Mounts }) =>
      Mounts.flatMap(({ Type, Name = "" }) => (Type === "volume" ? [Name] : []))
    )
    expect(volumes.toSorted()).toEqual(
      ["control-plane", "journal", "market-context", "store"].map((name) => `kennel-test_${name}`)
    )
  })
})
