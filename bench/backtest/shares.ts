/** Whose work the processor's time is: a call under the engine's own profiler, by the folder that the work is done for. */
import { type Profiler, Session } from "node:inspector/promises"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

const ROOT = pathToFileURL(join(import.meta.dirname, "../..")).href

/** Whom the time of a file counts for: what is shared counts for whoever calls it, and so does what the engine does itself. */
const FOLDERS = ["services/[^/]+", "app/backtest", "app/inProcess"].map((folder) => new RegExp(`^${ROOT}/(${folder})/`))

const folderOf = (url: string): string | undefined =>
  FOLDERS.map((folder) => folder.exec(url)?.[1]).find((found) => found !== undefined)

const COLLECTOR = "(garbage collector)"

/** Parts of the time of a call, the largest first: `services/governor 31 %`. */
export const sharesOf = async (call: () => void): Promise<string> => {
  const session = new Session()
  session.connect()
  await session.post("Profiler.enable")
  await session.post("Profiler.start")
  call()
  const { profile } = await session.post("Profiler.stop")
  session.disconnect()
  const shares = [...added(profile)].toSorted(([, a], [, b]) => b - a)
  const all = shares.reduce((sum, [, time]) => sum + time, 0)
  return shares
    .filter(([, time]) => time / all >= 0.01)
    .map(([name, time]) => `${name} ${Math.round((time / all) * 100)} %`)
    .join(", ")
}

/** Time by folder, in the profile's own unit. */
const added = ({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): ReadonlyMap<string, number> => {
  const known = new Map(nodes.map((node) => [node.id, node]))
  const own = new Map<number, number>()
  for (const [at, id] of samples.entries()) own.set(id, (own.get(id) ?? 0) + (timeDeltas[at] ?? 0))
  const times = new Map<string, number>()
  const visit = ({ id, callFrame, children = [] }: Profiler.ProfileNode, of: string): void => {
    const { functionName, url } = callFrame
    const owner = functionName === COLLECTOR ? "collecting garbage" : (folderOf(url) ?? of)
    if (owner !== "") times.set(owner, (times.get(owner) ?? 0) + (own.get(id) ?? 0))
    for (const child of children) {
      const node = known.get(child)
      if (node !== undefined) visit(node, owner)
    }
  }
  const [root] = nodes
  if (root !== undefined) visit(root, "")
  return times
}
