/**
 * What the page was built of: the build leaves a digest of each source beside the page, and a server compares. After a `git pull` without
 * `npm ci` the page would be that of yesterday, and nobody could see it.
 */
import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** Beside the built page; it is not served. */
export const SOURCES_FILE = "sources.json"

const ROOT = join(import.meta.dirname, "../../..")
const BUILT = join(import.meta.dirname, "../page/out")

const digestOf = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("base64url")

/** The text of that file: each source, as a path from the project's root, with its digest. */
export const sourcesText = (paths: ReadonlyArray<string>, root: string = ROOT): string =>
  `${JSON.stringify(Object.fromEntries(paths.toSorted().map((path) => [path, digestOf(join(root, path))])), null, 1)}\n`

/**
 * The first source that is no longer what the page was built of; null: none, or there is nothing to compare (an image has the built page
 * alone, and a page that was copied here may have no digests).
 */
export const changedSource = (built: string = BUILT, root: string = ROOT): string | null => {
  const file = join(built, SOURCES_FILE)
  if (!existsSync(file)) return null
  const sources = Object.entries(JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, string>>)
  const there = sources.filter(([path]) => existsSync(join(root, path)))
  const changed = there.find(([path, digest]) => digestOf(join(root, path)) !== digest)
  return changed?.[0] ?? null
}
