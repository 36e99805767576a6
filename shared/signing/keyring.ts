/** The keys that a process has been given: the one that it marks its records with, and those by which it checks others'. */
import { KEY_BYTES, nameOf, type WriterKey } from "./mark.ts"

/** The keys at hand. */
export interface Keyring {
  /** What records written here are marked with; null: they bear no mark. */
  readonly signsWith: WriterKey | null
  /** By the name that stands in marks. */
  readonly keys: ReadonlyMap<string, WriterKey>
  /** Services of which at least one key is here: every mark of theirs is checked. */
  readonly checked: ReadonlySet<string>
}

/** Who writes when the whole market is one process: it marks what all its services write. */
export const ONE_PROCESS = "kennel-up"

const ONE = /^([a-z][a-z-]{0,30})=(.+)$/
const NUMBERED = /^([1-9]\d{0,5}):([0-9a-f]{64}|lost)$/

/**
 * Reads `market-feed=2:<64 hexadecimal digits>,1:<…>;governor=1:<…>`: each service with its keys, the one in use has the highest number.
 * `1:lost` in place of a key: its marks are believed unchecked, because an operator says so.
 * Throws an Error that names the part that is wrong, never a key.
 */
export const readKeys = (text: string): ReadonlyArray<WriterKey> =>
  text
    .split(/[;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .flatMap((part, index) => {
      const [, service, list = ""] = ONE.exec(part) ?? []
      if (service === undefined)
        throw new Error(`part ${index + 1}: expected <service>=<number>:<64 hexadecimal digits>`)
      return list.split(",").map((one): WriterKey => {
        const [, number, digits = ""] = NUMBERED.exec(one.trim()) ?? []
        if (number === undefined) {
          throw new Error(`a key of ${service} is not <number>:<64 hexadecimal digits>; kennel init-env makes them`)
        }
        return { service, number: Number(number), secret: Buffer.from(digits === "lost" ? "" : digits, "hex") }
      })
    })

/** The keys as `readKeys` reads them. */
export const keysText = (keys: ReadonlyArray<WriterKey>): string =>
  keys.map(({ service, number, secret }) => `${service}=${number}:${secret.toString("hex")}\n`).join("")

/** The ring of a process that writes as `writer`: it marks with that one's newest key. Throws where two keys have one name. */
export const keyring = (keys: ReadonlyArray<WriterKey>, writer: string): Keyring => {
  const byName = new Map<string, WriterKey>()
  let signsWith: WriterKey | null = null
  for (const key of keys) {
    const known = byName.get(nameOf(key))
    if (known !== undefined && !known.secret.equals(key.secret)) {
      throw new Error(`there are two keys ${key.number} of ${key.service}: give the newer one the next number`)
    }
    byName.set(nameOf(key), key)
    if (key.secret.length > 0 && key.service === writer && key.number > (signsWith?.number ?? 0)) signsWith = key
  }
  return { signsWith, keys: byName, checked: new Set(keys.map(({ service }) => service)) }
}

/** Without any key: nothing is marked, no mark is checked. */
export const NO_KEYS: Keyring = keyring([], "")

/** A key for `service`, made by chance that comes from outside. */
export const newKey = (service: string, number: number, random: (bytes: number) => Buffer): WriterKey => ({
  service,
  number,
  secret: random(KEY_BYTES)
})
