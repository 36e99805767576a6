/** Every file, or part of one, that follows from the registry, the settings and the table of actions. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { EXCHANGE_SETTINGS } from "../../shared/config/exchange.ts"
import { configurationPage } from "../../shared/config/show.ts"
import { defaultsOf } from "../../shared/config/table.ts"
import { STREAMS } from "../leaves/journal.ts"
import { SERVICES } from "../registry.ts"
import { SETTING_ROWS } from "../settings.ts"
import { ACTIONS } from "../../shared/core/actions/actions.ts"
import { ERROR_RULES } from "../../shared/exchange/kraken/core/errors.ts"
import { actionTable } from "./actions.ts"
import { composeKeys, composePasswords, composeServices, composeVolumes, type Deployed } from "./compose.ts"
import { errorTable } from "./errors.ts"
import { exchangeUsers, exportsOf, marketAccounts } from "./nats.ts"
import { withRegions } from "./regions.ts"

const ROOT = join(import.meta.dirname, "../..")

/** A file as it must be. */
export interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string
  readonly text: string
}

/** What each service is for, what it stands on and what it writes. */
const serviceTable = (services: ReadonlyArray<Deployed>): string =>
  [
    "| service | what it does | stands on | writes |",
    "| --- | --- | --- | --- |",
    ...services.map(({ name, summary, needs, writes, journal }) => {
      const ground = needs.map((need) => (need === "journal" && journal === "exchange" ? "a journal of its own" : need))
      const written = writes.map((subject) => `\`${subject}\``).join(", ")
      return `| \`services/${name}\` | ${summary} | ${ground.join(", ")} | ${written} |`
    })
  ].join("\n")

/** All of them, made from what there is now; what people wrote around a region stays. */
export const generatedFiles = (): ReadonlyArray<GeneratedFile> => {
  const { pair } = defaultsOf(EXCHANGE_SETTINGS)
  const regionsOf = (path: string, regions: Readonly<Record<string, string>>): GeneratedFile => ({
    path,
    text: withRegions(readFileSync(join(ROOT, path), "utf8"), regions)
  })
  return [
    { path: "docs/configuration.md", text: configurationPage(SETTING_ROWS) },
    regionsOf("docs/architecture.md", { services: serviceTable(SERVICES) }),
    regionsOf("docs/operations.md", { errors: errorTable(ERROR_RULES) }),
    regionsOf("services/control-plane/README.md", { actions: actionTable(ACTIONS) }),
    regionsOf("docker-compose.yml", {
      keys: composeKeys(SERVICES),
      passwords: composePasswords(SERVICES),
      services: composeServices(SERVICES),
      volumes: composeVolumes(SERVICES)
    }),
    regionsOf("nats.conf", {
      "journal exports": exportsOf("journal", STREAMS.market(pair)),
      "snapshot exports": exportsOf("snapshots", STREAMS.market(pair)),
      "market accounts": marketAccounts(SERVICES, STREAMS.market(pair)),
      "exchange users": exchangeUsers(SERVICES, STREAMS.exchange(pair))
    })
  ]
}
