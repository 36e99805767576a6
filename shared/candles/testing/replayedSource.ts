/** A public address that gives prepared answers and remembers what it was asked. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect, type Scope } from "effect"

export interface PreparedAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

export interface ReplayedSource {
  readonly url: string
  /** Path and query of every request, in order. */
  readonly asked: ReadonlyArray<string>
  readonly authorizations: ReadonlyArray<string | undefined>
}

/** Answers the requests one after the other; the last answer is repeated. Lives as long as the scope. */
export const replayedSource = (
  ...answers: ReadonlyArray<PreparedAnswer>
): Effect.Effect<ReplayedSource, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<ReplayedSource & { readonly close: () => void }>((resume) => {
      const asked: Array<string> = []
      const authorizations: Array<string | undefined> = []
      const server = createServer((request, response) => {
        asked.push(request.url ?? "")
        authorizations.push(request.headers.authorization)
        const answer = answers[Math.min(asked.length, answers.length) - 1]
        response.writeHead(answer?.status ?? 200, answer?.headers ?? {})
        response.end(answer?.body ?? "")
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        const close = () => {
          server.close()
          server.closeAllConnections()
        }
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, asked, authorizations, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )
