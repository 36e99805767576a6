/**
 * Whether a market can have its place: the port of its page and its data directory are tried before anything is read or made, so that
 * a start in the wrong place says so at once and leaves nothing behind.
 */
import { accessSync, constants, statSync } from "node:fs"
import { createServer } from "node:net"
import { dirname, join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { holderOf } from "../../../shared/journal/embedded/directory/lock.ts"
import { messageOf } from "../../../shared/core/messageOf.ts"

/** The market cannot start where it was asked to; nothing has been made. */
export class NoPlace extends Schema.TaggedError<NoPlace>()("NoPlace", { detail: Schema.String }) {
  override get message(): string {
    return this.detail
  }
}

interface Place {
  readonly host: string
  readonly port: number
  readonly dataDir: string
}

/** Fails with `NoPlace` where the directory cannot be written, another process has it, or the port is taken. */
export const freePlace = Effect.fn("freePlace")(function* ({ host, port, dataDir }: Place) {
  const directory = resolve(dataDir)
  const problem = directoryProblem(directory)
  if (problem !== null) return yield* new NoPlace({ detail: problem })
  const holder = holderOf(join(directory, "journal"))
  if (holder !== null) {
    const detail = `${directory}: in use by process ${holder}; stop that process first, or choose another directory (DATA_DIR, --data)`
    return yield* new NoPlace({ detail })
  }
  yield* freePort(host, port)
})

/** Why a directory cannot hold a market's files; null: it can. One that is not there yet is made later, where its parent allows. */
const directoryProblem = (directory: string): string | null => {
  const there = nearest(directory)
  try {
    if (!statSync(there).isDirectory()) return `${directory}: ${there} is no directory (DATA_DIR, --data)`
    accessSync(there, constants.W_OK | constants.X_OK)
    return null
  } catch (error) {
    return `${directory}: cannot be written to (${messageOf(error)}); choose another directory (DATA_DIR, --data)`
  }
}

/** The path itself, or the nearest above it that is there. The root always is. */
const nearest = (path: string): string => {
  const parent = dirname(path)
  return parent === path || statSync(path, { throwIfNoEntry: false }) !== undefined ? path : nearest(parent)
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: "is taken: another program listens there, perhaps another Kennel",
  EACCES: "may not be listened on by this user",
  EADDRNOTAVAIL: "is no address of this machine (HOST)"
}

/** Listens for a moment. */
const freePort = (host: string, port: number) =>
  Effect.callback<void, NoPlace>((resume) => {
    const server = createServer()
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = WHY[error.code ?? ""] ?? `cannot be listened on (${error.message})`
      resume(Effect.fail(new NoPlace({ detail: `port ${port} of ${host} ${why}; choose another (PORT, --port)` })))
    })
    server.listen(port, host, () => server.close(() => resume(Effect.void)))
    return Effect.sync(() => server.close())
  })
