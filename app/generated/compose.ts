/** The services of `docker-compose.yml`. Pure. */
import type { Manifest, Need } from "../../shared/service/manifest.ts"
import type { Table } from "../../shared/config/table.ts"

/** As much of a service as the container files look at. */
export type Deployed = Pick<
  Manifest<Table, Need, unknown>,
  "name" | "summary" | "needs" | "readsNotes" | "journal" | "writes" | "served" | "keepsFiles" | "checksMarks"
>

/** The variable that holds the password of a NATS user. */
export const passwordOf = (user: string): string => `NATS_PASSWORD_${user.toUpperCase().replaceAll("-", "_")}`

/** The variable that holds the keys with which a user marks its records. */
export const keyOf = (user: string): string => `JOURNAL_KEY_${user.toUpperCase().replaceAll("-", "_")}`

/** Who reads journals although no service does: a person at the command line. */
export const OPERATOR = "operator"

/** Everybody that the NATS server knows. */
export const natsUsers = (services: ReadonlyArray<Deployed>): ReadonlyArray<string> => [
  ...services.filter(({ needs }) => needs.includes("journal")).map(({ name }) => name),
  OPERATOR
]

/** Everybody that writes in the market's journal: each has keys of its own. */
export const journalWriters = (services: ReadonlyArray<Deployed>): ReadonlyArray<string> => [
  ...services
    .filter(({ needs, journal = "market" }) => needs.includes("journal") && journal === "market")
    .map(({ name }) => name),
  OPERATOR
]

/** What compose says of a variable that `.env` does not set. */
const MISSING = "missing in .env; npm run -s kennel -- init-env makes it"

/**
 * The keys of all writers, for those who check their marks, and with them what an operator adds: keys of whoever wrote in this journal
 * before.
 */
export const composeKeys = (services: ReadonlyArray<Deployed>): string =>
  `x-journal-keys: &journal-keys "${journalWriters(services)
    .map((user) => `${user}=\${${keyOf(user)}:?${MISSING}}`)
    .join(";")};\${JOURNAL_KEYS_BEFORE:-}"`

/** The passwords that the NATS server is given, each missing one with where to look. */
export const composePasswords = (services: ReadonlyArray<Deployed>): string =>
  natsUsers(services)
    .map(passwordOf)
    .map((variable) => `      ${variable}: \${${variable}:?${MISSING}}`)
    .join("\n")

/** The simulated exchange, which stands for Kraken in the containers: the service with an exchange's journal. */
const simulatorOf = (services: ReadonlyArray<Deployed>): Deployed | undefined =>
  services.find(({ journal }) => journal === "exchange")

const keysLine = ({ name, journal = "market", checksMarks }: Deployed): ReadonlyArray<string> => {
  if (journal !== "market") return []
  return [checksMarks === true ? "JOURNAL_KEYS: *journal-keys" : `JOURNAL_KEYS: ${name}=\${${keyOf(name)}}`]
}

const serviceOf = (services: ReadonlyArray<Deployed>, service: Deployed): string => {
  const { name, needs, served, readsNotes, keepsFiles } = service
  const simulator = simulatorOf(services)
  const onExchange = needs.includes("exchange") && simulator?.served !== undefined
  const onJournal = needs.includes("journal")
  const environment = [
    ...(needs.includes("store") || readsNotes === true ? ["<<: *store"] : []),
    ...(onJournal
      ? [
          "NATS_URL: nats://nats:4222",
          `NATS_USER: ${name}`,
          `NATS_PASSWORD: \${${passwordOf(name)}}`,
          ...keysLine(service)
        ]
      : []),
    ...(onExchange
      ? [
          `KRAKEN_REST_URL: http://${simulator.name}:${simulator.served.port}`,
          `KRAKEN_WS_URL: ws://${simulator.name}:${simulator.served.port}/v2`,
          `KRAKEN_WS_AUTH_URL: ws://${simulator.name}:${simulator.served.port}/v2-auth`
        ]
      : []),
    ...Object.entries(served?.environment ?? {}).map(([variable, value]) => `${variable}: "${value}"`)
  ]
  const awaited = [
    ...(onJournal ? ["nats: { condition: service_healthy }"] : []),
    ...(needs.includes("store") ? ["postgrest: { condition: service_started, required: false }"] : []),
    ...(onExchange ? [`${simulator.name}: { condition: service_healthy }`] : [])
  ]
  return [
    `  ${name}:`,
    // One of them builds the image that all of them run.
    `    <<: *${services[0] === service ? "builder" : "service"}`,
    `    command: ${list(["service", name])}`,
    "    environment:",
    ...environment.map((line) => `      ${line}`),
    ...(served?.publishedAs === undefined
      ? []
      : ["    ports:", `      - "127.0.0.1:\${${served.publishedAs}:-${served.port}}:${served.port}"`]),
    ...(keepsFiles === true ? ["    volumes:", `      - "${name}:/data"`] : []),
    "    depends_on:",
    ...awaited.map((line) => `      ${line}`)
  ].join("\n")
}

/** A list of strings, all quoted: unquoted, YAML takes some of them for something else. */
const list = (items: ReadonlyArray<string>): string => `[${items.map((item) => JSON.stringify(item)).join(", ")}]`

/** A volume for each service that keeps files: its own, so that they are there for the next container. */
export const composeVolumes = (services: ReadonlyArray<Deployed>): string =>
  services.flatMap(({ name, keepsFiles }) => (keepsFiles === true ? [`  ${name}:`] : [])).join("\n")

/** Every service with a container of its own. */
export const composeServices = (services: ReadonlyArray<Deployed>): string =>
  services.map((service) => serviceOf(services, service)).join("\n\n")
