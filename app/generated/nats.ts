/** The users of `nats.conf` and what each may write. Pure. */
import { type Deployed, OPERATOR, passwordOf } from "./compose.ts"

/** A journal on the server: the stream, and the root of its subjects. */
export interface Stream {
  readonly stream: string
  readonly root: string
}

/** The stream of the bucket that says where a journal begins. */
const beginningOf = (stream: string): string => `KV_${stream}_beginning`

/** What it takes to open a journal and its snapshots, to read them whole and to add to them; nothing that changes a stream. */
const handling = (stream: string): ReadonlyArray<string> => {
  const snapshots = `KV_${stream}_snapshots`
  return [
    '"$JS.API.INFO"',
    `"$JS.API.STREAM.CREATE.${stream}", "$JS.API.STREAM.INFO.${stream}", "$JS.API.STREAM.MSG.GET.${stream}"`,
    `"$JS.API.CONSUMER.CREATE.${stream}", "$JS.API.CONSUMER.DELETE.${stream}.*", "$JS.API.CONSUMER.MSG.NEXT.${stream}.*"`,
    `"$JS.API.STREAM.CREATE.${snapshots}", "$JS.API.STREAM.INFO.${snapshots}"`,
    `"$JS.API.CONSUMER.CREATE.${snapshots}.>", "$JS.API.CONSUMER.DELETE.${snapshots}.*", "$JS.API.DIRECT.GET.${snapshots}.>"`,
    `"$KV.${stream}_snapshots.>", "$JS.FC.${snapshots}.>"`,
    `"$JS.API.STREAM.MSG.GET.${beginningOf(stream)}"`
  ]
}

/** What it takes to drop a journal's beginning: a note of it, and the purge. */
const dropping = (stream: string): ReadonlyArray<string> => [
  `"$JS.API.STREAM.CREATE.${beginningOf(stream)}", "$JS.API.STREAM.INFO.${beginningOf(stream)}"`,
  `"$KV.${stream}_beginning.>", "$JS.API.STREAM.PURGE.${stream}"`
]

interface User {
  readonly name: string
  readonly about: string
  readonly writes: ReadonlyArray<string>
  readonly never: ReadonlyArray<string>
  /** Whether the user may drop the journal's beginning. */
  readonly drops?: boolean
}

const userOf = ({ name, about, writes, never, drops = false }: User, { stream, root }: Stream): string => {
  const subjects = (all: ReadonlyArray<string>): string => all.map((subject) => `"${root}.${subject}"`).join(", ")
  const allowed = [subjects(writes), ...handling(stream), ...(drops ? dropping(stream) : [])]
  return [
    `# ${about}`,
    "{",
    `  user: ${name}`,
    `  password: $${passwordOf(name)}`,
    "  permissions {",
    "    publish {",
    "      allow: [",
    ...allowed.map((line) => `        ${line}`),
    "      ]",
    ...(never.length === 0 ? [] : ["      # Others write these.", `      deny: [${subjects(never)}]`]),
    "    }",
    '    subscribe { allow: ["_INBOX.>"] }',
    "  }",
    "}"
  ]
    .map((line) => `      ${line}`)
    .join("\n")
}

/** Who writes on a subject that ends in `*` writes on none that another service names. */
const deniedTo = (service: Deployed, services: ReadonlyArray<Deployed>): ReadonlyArray<string> => {
  const families = service.writes.filter((subject) => subject.endsWith(".*")).map((subject) => subject.slice(0, -1))
  const others = services.filter((other) => other !== service).flatMap(({ writes }) => writes)
  return others.filter((subject) => families.some((family) => subject.startsWith(family)))
}

const on = (services: ReadonlyArray<Deployed>, whose: "market" | "exchange"): ReadonlyArray<Deployed> =>
  services.filter(({ journal = "market", needs }) => journal === whose && needs.includes("journal"))

/** The users of the market's account: everybody may read its journal whole; each may write its own subjects. */
export const marketUsers = (services: ReadonlyArray<Deployed>, stream: Stream): string =>
  [
    ...on(services, "market").map((service) => ({
      name: service.name,
      about: `${service.name}: ${service.summary}`,
      // Its rules, its start, and a fault when it meets a record that it cannot read.
      writes: [...service.writes, "control"],
      never: deniedTo(service, services)
    })),
    {
      name: OPERATOR,
      about: "A person at the command line: `kennel journal verify`, `tail`, `skip`, `seal`, `archive`.",
      writes: ["control", "seal"],
      never: [],
      drops: true
    }
  ]
    .map((user) => userOf(user, stream))
    .join("\n")

/** The users of the simulated exchange's account, which read and write its own books only. */
export const exchangeUsers = (services: ReadonlyArray<Deployed>, stream: Stream): string =>
  on(services, "exchange")
    .map(({ name, summary, writes }) => userOf({ name, about: `${name}: ${summary}`, writes, never: [] }, stream))
    .join("\n")
