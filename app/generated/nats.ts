/**
 * The accounts and users of `nats.conf` and what each may write. A server publishes answers on any subject that a request names as its
 * reply, whatever the user may publish; so no two users share an account, and the journal's has none. Pure.
 */
import { type Deployed, OPERATOR, passwordOf } from "./compose.ts"

/** A journal on the server: the stream, and the root of its subjects. */
export interface Stream {
  readonly stream: string
  readonly root: string
}

/** The account in which everybody's snapshots are kept: what is pushed from the journal's account cannot reach them. */
const SNAPSHOTS = "SNAPSHOTS"
/** The account that holds the market's journal. Nobody logs in to it. */
const JOURNAL = "KENNEL"
/** The shelf of sealed states in the bucket: who seals writes on it. */
const SEALED = "sealed"

/** The account of a user: its own, so that whatever a server publishes for it stays there. */
export const accountOf = (user: string): string => user.toUpperCase().replaceAll("-", "_")

/**
 * Connections of one user at most: three replicas, and two that the server has not noticed yet are gone. All users together stay
 * below the server's `max_connections`.
 */
const MAX_CONNECTIONS = 5

const bucketOf = ({ stream }: Stream): string => `${stream}_snapshots`

/** The stream of the bucket that says where a journal begins. It stands in the journal's account: nobody may make a consumer there. */
const beginningOf = ({ stream }: Stream): string => `KV_${stream}_beginning`

/** What it takes to open a journal, to read it whole and to add to it; nothing that changes a stream. */
const journalCalls = ({ stream, root }: Stream): ReadonlyArray<string> => [
  "$JS.API.INFO",
  `$JS.API.STREAM.CREATE.${stream}`,
  `$JS.API.STREAM.INFO.${stream}`,
  `$JS.API.STREAM.MSG.GET.${stream}`,
  `$JS.API.STREAM.INFO.${beginningOf({ stream, root })}`,
  `$JS.API.STREAM.MSG.GET.${beginningOf({ stream, root })}`,
  `$JS.API.CONSUMER.CREATE.${stream}`,
  `$JS.API.CONSUMER.DELETE.${stream}.*`
]

/** Answered by many messages. */
const nextRecords = ({ stream }: Stream): string => `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`

/** What it takes to open the snapshots and to read them; no consumer, whose records could be sent anywhere in their account. */
const snapshotCalls = (stream: Stream): ReadonlyArray<string> =>
  ["STREAM.CREATE", "STREAM.INFO", "STREAM.MSG.GET"].map((call) => `$JS.API.${call}.KV_${bucketOf(stream)}`)

/** What it takes to drop a journal's beginning: a note of it, and the purge. */
const dropCalls = (stream: Stream): ReadonlyArray<string> => [
  `$JS.API.STREAM.CREATE.${beginningOf(stream)}`,
  `$KV.${stream.stream}_beginning.>`,
  `$JS.API.STREAM.PURGE.${stream.stream}`
]

interface User {
  readonly name: string
  readonly about: string
  readonly writes: ReadonlyArray<string>
  readonly never: ReadonlyArray<string>
  /** The shelves of the bucket that it writes on: its own, and that of the sealed states. */
  readonly shelves: ReadonlyArray<string>
  /** Whether it may drop the journal's beginning. */
  readonly drops?: boolean
}

/** Subjects in quotes, each line after this much space. */
const listed = (subjects: ReadonlyArray<string>): string => subjects.map((subject) => `"${subject}"`).join(", ")

const loginOf = ({ name }: User, lines: ReadonlyArray<string>, never: ReadonlyArray<string>): ReadonlyArray<string> => [
  "{",
  `  user: ${name}`,
  `  password: $${passwordOf(name)}`,
  "  permissions {",
  "    publish {",
  "      allow: [",
  ...lines.map((line) => `        ${line}`),
  "      ]",
  ...(never.length === 0 ? [] : ["      # Others write these.", `      deny: [${listed(never)}]`]),
  "    }",
  '    subscribe { allow: ["_INBOX.>"] }',
  "  }",
  "}"
]

const indented = (lines: ReadonlyArray<string>, by: number): string =>
  lines.map((line) => `${" ".repeat(by)}${line}`).join("\n")

/** The subjects that a user may send to, by the account that answers: what it imports, and what it may publish. */
const reachOf = ({ writes, shelves, drops = false }: User, stream: Stream) => {
  const own = writes.map((subject) => `${stream.root}.${subject}`)
  const kept = shelves.map((shelf) => `$KV.${bucketOf(stream)}.${shelf}.*`)
  return {
    [JOURNAL]: [own, journalCalls(stream), [nextRecords(stream)], ...(drops ? [dropCalls(stream)] : [])],
    [SNAPSHOTS]: [snapshotCalls(stream), kept]
  }
}

/** A user in an account of its own. */
const accountFor = (user: User, stream: Stream): string => {
  const reach = Object.entries(reachOf(user, stream))
  const imports = reach.flatMap(([account, groups]) =>
    groups.flat().map((subject) => `  {service: {account: ${account}, subject: "${subject}"}}`)
  )
  const never = user.never.map((subject) => `${stream.root}.${subject}`)
  const allowed = reach.flatMap(([, groups]) => groups.map(listed))
  return indented(
    [
      `# ${user.about}`,
      `${accountOf(user.name)} {`,
      `  limits: {max_connections: ${MAX_CONNECTIONS}}`,
      "  imports: [",
      ...imports.map((line) => `  ${line}`),
      "  ]",
      "  users: [",
      ...loginOf(user, allowed, never).map((line) => `    ${line}`),
      "  ]",
      "}"
    ],
    2
  )
}

/** Who writes on a subject that ends in `*` writes on none that another service names. */
const deniedTo = (service: Deployed, services: ReadonlyArray<Deployed>): ReadonlyArray<string> => {
  const families = service.writes.filter((subject) => subject.endsWith(".*")).map((subject) => subject.slice(0, -1))
  const others = services.filter((other) => other !== service).flatMap(({ writes }) => writes)
  return others.filter((subject) => families.some((family) => subject.startsWith(family)))
}

const on = (services: ReadonlyArray<Deployed>, whose: "market" | "exchange"): ReadonlyArray<Deployed> =>
  services.filter(({ journal = "market", needs }) => journal === whose && needs.includes("journal"))

/** What the account of the market's journal, or of its snapshots, lets others send to it. */
export const exportsOf = (account: "journal" | "snapshots", stream: Stream): string => {
  const plain =
    account === "journal"
      ? [`${stream.root}.>`, ...journalCalls(stream), ...dropCalls(stream)]
      : [`$KV.${bucketOf(stream)}.>`, ...snapshotCalls(stream)]
  const lines = plain.map((subject) => `{service: "${subject}"}`)
  const streamed = account === "journal" ? [`{service: "${nextRecords(stream)}", response_type: stream}`] : []
  return indented([...lines, ...streamed], 6)
}

const SEALS = "seal"
/** The control subject of a user: nobody else writes there. */
const controlOf = (user: string): string => `control.${user}`
const shelvesOf = (name: string, writes: ReadonlyArray<string>): ReadonlyArray<string> =>
  writes.includes(SEALS) ? [name, SEALED] : [name]

/** The market's users, each in an account of its own: everybody may read the journal whole; each may write its own subjects. */
export const marketAccounts = (services: ReadonlyArray<Deployed>, stream: Stream): string =>
  [
    ...on(services, "market").map((service) => ({
      name: service.name,
      about: `${service.name}: ${service.summary}`,
      // Its rules, its start, and a fault when it meets a record that it cannot read.
      writes: [...service.writes, controlOf(service.name)],
      never: deniedTo(service, services),
      shelves: shelvesOf(service.name, service.writes)
    })),
    {
      name: OPERATOR,
      about: "A person at the command line: `kennel journal verify`, `tail`, `skip`, `seal`, `archive`.",
      writes: [controlOf(OPERATOR), SEALS],
      never: [],
      shelves: shelvesOf(OPERATOR, [SEALS]),
      drops: true
    }
  ]
    .map((user) => accountFor(user, stream))
    .join("\n")

/** The users of the simulated exchange's account, which read and write its own books only: nobody else is there to be harmed. */
export const exchangeUsers = (services: ReadonlyArray<Deployed>, stream: Stream): string =>
  on(services, "exchange")
    .map(({ name, summary, writes }) => {
      const user = { name, about: `${name}: ${summary}`, writes, never: [], shelves: [name] }
      const allowed = Object.values(reachOf(user, stream)).flatMap((groups) => groups.map(listed))
      return indented([`# ${user.about}`, ...loginOf(user, allowed, [])], 6)
    })
    .join("\n")
