/**
 * Whether a market can have its place: the port of its page, and whether another process has its data directory, are tried before
 * anything is read or made, so that a start in the wrong place says so at once and leaves nothing behind. What is wrong with the
 * directory itself is said with all other settings (`app/settings.ts`).
 */
import { createServer } from "node:net"
import { join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { holderOf } from "../../../shared/journal/embedded/directory/lock.ts"

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

/** Fails with `NoPlace` where another process has the directory, or the port is taken. */
export const freePlace = Effect.fn("freePlace")(function* ({ host, port, dataDir }: Place) {
  const directory = resolve(dataDir)
  const holder = holderOf(join(directory, "journal"))
  if (holder !== null) {
    const detail = `${directory}: in use by process ${holder}; stop that process first, or choose another directory (DATA_DIR, --data)`
    return yield* new NoPlace({ detail })
  }
  yield* freePort(host, port)
})

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
