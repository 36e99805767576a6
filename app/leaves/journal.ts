/** The journal as a leaf: a directory beside everything else, or a stream on a NATS server. */
import { existsSync, statSync } from "node:fs"
import { resolve } from "node:path"
import { Effect, Layer, Redacted } from "effect"
import { raiseEpoch } from "../../shared/actor/control/control.ts"
import { adoptRules } from "../../shared/actor/control/rulesAdopted.ts"
import { slotsNamedUpTo } from "../../shared/actor/control/slotsNamed.ts"
import type { Actor } from "../../shared/actor/core/actor.ts"
import { speedOf } from "../../shared/config/shared.ts"
import { marketSubjects, type MarketSubjects } from "../../shared/core/ids/subjects.ts"
import { FileJournal } from "../../shared/archive/fileJournal.ts"
import { withArchive } from "../../shared/archive/archivedJournal.ts"
import { segmentsDirectory } from "../../shared/journal/embedded/directory/layout.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import type { NatsCredentials } from "../../shared/journal/nats/access/credentials.ts"
import type { ConnectOptions } from "../../shared/journal/nats/connection.ts"
import { Journal, type JournalCorrupt, JournalOpenError, type SnapshotStore } from "../../shared/journal/port.ts"
import { messageOf } from "../../shared/core/messageOf.ts"
import { reading } from "../../shared/service/reading.ts"
import { keysIn, keysMadeIn } from "../../shared/signing/keyFile.ts"
import { type Keyring, keyring, ONE_PROCESS, readKeys } from "../../shared/signing/keyring.ts"
import { firstObjection, withMarks } from "../../shared/signing/signedJournal.ts"
import { decidersOf, MARKET_SERVICES, type Service } from "../registry.ts"
import type { Settings } from "../settings.ts"

const natsJournal = reading(() => import("../../shared/journal/nats/nats.ts"))

/** Who marks what is written here: the NATS user, or the whole market as one. */
const writerIn = ({ natsUser }: Pick<Settings, "natsUser">): string => (natsUser === "" ? ONE_PROCESS : natsUser)

/** The keys of the embedded journal. Beside it, not in it: who copies a journal need not copy its keys. */
export const keyFile = ({ dataDir }: Pick<Settings, "dataDir">): string => resolve(dataDir, "journal.keys")

/** The keys at hand; `make`: a first one is made for an embedded journal that has none. */
const keysOf = (settings: Settings, make: boolean): Effect.Effect<Keyring, JournalOpenError> =>
  Effect.try({
    try: () => {
      const given = readKeys(settings.journalKeys)
      const embedded = settings.natsUrl === "" && given.length === 0
      const kept = !embedded ? given : make ? keysMadeIn(keyFile(settings)) : keysIn(keyFile(settings))
      return keyring(kept, writerIn(settings))
    },
    catch: (error) => new JournalOpenError({ where: "JOURNAL_KEYS", detail: messageOf(error) })
  })

type JournalLayer = Layer.Layer<Journal | SnapshotStore, JournalOpenError | JournalCorrupt>

/** Where each family stands in the market of the settings. */
export const subjectsOf = ({ pair }: Pick<Settings, "pair">): MarketSubjects => marketSubjects(pair)

/** The stream of each journal, and what stands in it. */
export const STREAMS = {
  market: (pair: string) => ({ stream: `KENNEL_${pair}`, root: `market.${pair}` }),
  exchange: (pair: string) => ({ stream: `EXCHANGE_${pair}`, root: `exchange.${pair}` })
} as const
type Whose = keyof typeof STREAMS

const credentialsOf = (settings: Settings): NatsCredentials | null => {
  const { natsUser: user, natsPassword, natsCredsFile: credsFile, natsNkeySeedFile: nkeySeedFile } = settings
  if (user !== "") return { user, password: Redacted.make(natsPassword) }
  if (credsFile !== "") return { credsFile }
  return nkeySeedFile === "" ? null : { nkeySeedFile }
}

/** How the settings say to connect to the NATS servers at `url`. */
export const natsAccess = (settings: Settings, url: string): ConnectOptions => {
  const credentials = credentialsOf(settings)
  const { natsTlsCaFile: caFile, natsTlsCertFile: certFile, natsTlsKeyFile: keyFile } = settings
  return { url, tls: { caFile, certFile, keyFile }, ...(credentials === null ? {} : { credentials }) }
}

const onServer = (settings: Settings, url: string, whose: Whose, create: boolean): JournalLayer => {
  const { stream, root } = STREAMS[whose](settings.pair)
  const replicas = settings.natsReplicas
  const options = { ...natsAccess(settings, url), create, stream, subjects: [`${root}.>`], replicas }
  // Its packages are read where there is a server.
  return Layer.unwrap(Effect.map(natsJournal, ({ NatsJournal }) => NatsJournal.layer(options)))
}

/** Where the embedded journal of the market has its files. */
export const journalDirectory = ({ dataDir }: Pick<Settings, "dataDir">): string => resolve(dataDir, "journal")

/** Where the exchange of a paper market has its journal and, while it lives, a file that says where it answers. */
export const exchangeDirectory = ({ dataDir }: Pick<Settings, "dataDir">): string => resolve(dataDir, "exchange")

/** Where archived eras of the market's journal have their files. */
export const archiveDirectory = ({ archiveDir, dataDir }: Pick<Settings, "archiveDir" | "dataDir">): string =>
  archiveDir === "" ? resolve(dataDir, "archive") : resolve(archiveDir)

/** A journal to write to: the market's, or the one in which the simulated exchange remembers its books. */
export const writableJournal = (settings: Settings, whose: Whose = "market"): JournalLayer => {
  const directory = whose === "market" ? journalDirectory(settings) : exchangeDirectory(settings)
  const journal =
    settings.natsUrl === "" ? EmbeddedJournal.layer({ directory }) : onServer(settings, settings.natsUrl, whose, true)
  if (whose !== "market") return journal
  return withMarks(withArchive(journal, archiveDirectory(settings)), subjectsOf(settings), keysOf(settings, true))
}

/** A market's journal to be made from a file, each record with the mark that it bears. */
export const journalToFill = (settings: Settings): JournalLayer =>
  settings.natsUrl === ""
    ? EmbeddedJournal.layer({ directory: journalDirectory(settings) })
    : onServer(settings, settings.natsUrl, "market", true)

/** Whether a place is a server, by its scheme. */
export const isServer = (place: string): boolean => /^(nats|tls):\/\//.test(place)

/** A file of a journal, by its name: a directory of that name is a journal's directory all the same. */
const isFile = (place: string): boolean =>
  /\.(kennel|jsonl|jsonl\.gz)$/.test(place) && !(statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false)

/**
 * The market's journal to look at, without its archive: `where` is a directory (a journal's, or a market's data directory), a file or
 * a nats:// URL; left out, where the settings say.
 */
export const bareJournal = (settings: Settings, where?: string): JournalLayer => {
  const place = where ?? (settings.natsUrl === "" ? journalDirectory(settings) : settings.natsUrl)
  if (isServer(place)) return onServer(settings, place, "market", false)
  if (isFile(place))
    return Layer.unwrap(
      Effect.map(keysOf(settings, false), (ring) =>
        FileJournal.layer(place, (records) => firstObjection(records, subjectsOf(settings), ring))
      )
    )
  return EmbeddedJournal.layerReadOnly({ directory: journalIn(resolve(place)) })
}

/** A person may name a market's data directory: its journal lies in it. */
const journalIn = (directory: string): string => {
  const inside = journalDirectory({ dataDir: directory })
  const holds = (place: string): boolean => existsSync(segmentsDirectory(place))
  return !holds(directory) && holds(inside) ? inside : directory
}

/**
 * Where every command reads a journal from: the market's with its archive as one, or a file, which is all there is of it. `where` as
 * of `bareJournal`.
 */
export const readableJournal = (settings: Settings, where?: string): JournalLayer => {
  const journal = bareJournal(settings, where)
  const whole = where !== undefined && isFile(where) ? journal : withArchive(journal, archiveDirectory(settings))
  return withMarks(whole, subjectsOf(settings), keysOf(settings, false))
}

/**
 * Takes up this build's rules and raises the epoch, for a process that runs these services: before it appends anything else.
 * Fails with `BuildTooOld`, and writes nothing, where the journal follows rules that this build does not know.
 */
export const enterJournal = (settings: Settings, process: string, services: ReadonlyArray<Service>) => {
  const subjects = subjectsOf(settings)
  const epoch = raiseEpoch({
    subjects,
    service: process,
    reason: "start",
    watchesOrders: services.some(({ watchesOrders }) => watchesOrders),
    fitsModels: services.some(({ fitsModels }) => fitsModels),
    ...(services.some(({ writes }) => writes.includes("clock")) ? { speed: speedOf(settings) } : {}),
    countsTrades: services.some(({ countsTrades }) => countsTrades),
    timeMs: 0
  })
  return Effect.andThen(adoptRules({ subjects, service: process }), epoch)
}

/** Every actor that decides in the market, for the slots its journal has ever named: those whose recorded outputs can be proven. */
export const decidingActors = Effect.fn("decidingActors")(function* (subjects: MarketSubjects) {
  const head = yield* (yield* Journal).head
  const slots = yield* slotsNamedUpTo(subjects, head)
  return decidersOf(slots)
})

/** Every actor that folds a market with these slots: those that decide, those that are shown, and what services know. */
export const everyActorOf = (settings: Settings, slots: ReadonlyArray<number>): ReadonlyArray<Actor<unknown>> => {
  const others = MARKET_SERVICES.flatMap((service) => [
    ...(service.follows ?? []),
    ...(service.show === undefined ? [] : [service.show(settings).actor])
  ])
  return [...new Map([...decidersOf(slots), ...others].map((actor) => [actor.name, actor])).values()]
}
