/** Snapshots as files: `snapshots/<actor>/<seq>.json`, each written whole or not at all. */
import * as fs from "node:fs"
import { type Context, Effect } from "effect"
import { JournalUnavailable, type Snapshot, SnapshotStore } from "../port.ts"
import { checkActor, decodeSnapshot, encodeSnapshot, KEPT_SNAPSHOTS } from "../snapshotText.ts"
import { makeDirectory } from "../../files/directory.ts"
import { codeOf, inWords, replaceFile } from "./directory/disk.ts"
import { snapshotPath, snapshotsDirectory, snapshotSeqOf } from "./directory/layout.ts"

const attempt = <A>(what: string, run: () => A): Effect.Effect<A, JournalUnavailable> =>
  Effect.try({
    try: run,
    catch: (error) => new JournalUnavailable({ detail: `${what} failed: ${inWords(codeOf(error))}` })
  })

const newestFirst = (directory: string, actor: string): ReadonlyArray<number> => {
  const folder = snapshotsDirectory(directory, actor)
  if (!fs.existsSync(folder)) return []
  return fs
    .readdirSync(folder)
    .map(snapshotSeqOf)
    .filter((seq) => seq !== null)
    .sort((a, b) => b - a)
}

/** The snapshots of a directory; keeps the newest `KEPT_SNAPSHOTS` of each actor. */
export const makeSnapshots = (directory: string): Context.Service.Shape<typeof SnapshotStore> =>
  SnapshotStore.of({
    save: (snapshot) =>
      Effect.suspend(() => {
        checkActor(snapshot.actor)
        return attempt(`saving a snapshot of ${snapshot.actor}`, () => {
          makeDirectory(snapshotsDirectory(directory, snapshot.actor))
          replaceFile(snapshotPath(directory, snapshot.actor, snapshot.seq), encodeSnapshot(snapshot))
          for (const seq of newestFirst(directory, snapshot.actor).slice(KEPT_SNAPSHOTS)) {
            fs.rmSync(snapshotPath(directory, snapshot.actor, seq), { force: true })
          }
        })
      }),
    load: Effect.fnUntraced(function* (actor) {
      const seqs = yield* attempt(`reading the snapshots of ${actor}`, () => newestFirst(directory, actor))
      const found: Array<Snapshot> = []
      for (const seq of seqs) {
        const path = snapshotPath(directory, actor, seq)
        const text = yield* attempt(`reading ${path}`, () => fs.readFileSync(path, "utf8"))
        const snapshot = yield* decodeSnapshot(text, path)
        if (snapshot !== null) found.push(snapshot)
      }
      return found
    })
  })

/** A store that was opened for reading: saving fails. */
export const makeReadOnlySnapshots = (directory: string): Context.Service.Shape<typeof SnapshotStore> =>
  SnapshotStore.of({
    ...makeSnapshots(directory),
    save: () => Effect.fail(new JournalUnavailable({ detail: `${directory} was opened for reading only` }))
  })
