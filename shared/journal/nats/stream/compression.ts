/**
 * Whether a server packs a journal's stream on its disk (`s2`, each of its files once it is full). Asked for where a stream is made; that
 * of one that is there is the operator's choice, since no user of a market may change a stream.
 */

/**
 * The first release that can drop the beginning of a packed stream: those since 2.10.0, which can pack, write the file in which a purge
 * ends back without what says that it is packed. Source: nats-server, pull request 8312, in 2.14.3 (and 2.12.12, which is not asked).
 */
const SAFE_SINCE = [2, 14, 3] as const

/** Whether a stream that is packed is safe on a server of this version. One that comes before a release, such as `2.14.3-RC.1`, is not that release. */
export const packsSafely = (version: string): boolean => {
  const [released = "", ...before] = version.split("-")
  const found = released.split(".").map((part) => Number.parseInt(part, 10))
  for (const [place, least] of SAFE_SINCE.entries()) {
    const part = found[place] ?? 0
    if (part !== least) return part > least
  }
  return before.length === 0
}

/** A stream and how it is kept; `risk`: a drop may lose records. */
export interface CompressionFinding {
  readonly risk: boolean
  readonly finding: string
  /** What to do; null where nothing is to be done. */
  readonly advice: string | null
}

/** What to say of a stream that was found with this compression; null where it is packed as it should be. */
export const compressionFinding = (
  version: string,
  stream: string,
  found: string | undefined
): CompressionFinding | null => {
  const packed = found === "s2"
  if (packsSafely(version)) {
    if (packed) return null
    const advice = `nats stream edit ${stream} --compression s2, by who may change streams, packs what comes`
    return { risk: false, finding: `stream ${stream} is not packed`, advice }
  }
  const least = SAFE_SINCE.join(".")
  if (!packed) {
    const finding = `stream ${stream} is not packed: nats-server ${version} is older than ${least}`
    return { risk: false, finding, advice: null }
  }
  const finding = `stream ${stream} is packed, and nats-server ${version} damages a packed stream when its beginning is dropped`
  return { risk: true, finding, advice: `take ${least} or later, and drop nothing before` }
}
