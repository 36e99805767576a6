/** What the page asks of the server beside the stream of reports, and how it waits for it. */
import { useEffect, useState } from "preact/hooks"

/** Longer than the server takes for anything that it has at hand. */
const TIMEOUT_MS = 20_000
/** A server that is not there is asked again no sooner. */
const AGAIN_MS = 5_000

/** Why there is no answer, for a person. */
export class ApiProblem extends Error {
  /** After how many milliseconds it is worth asking again; null: not by itself. */
  readonly againMs: number | null
  constructor(message: string, againMs: number | null) {
    super(message)
    this.againMs = againMs
  }
}

const problemOf = async (response: Response): Promise<ApiProblem> => {
  const retryAfterSec = Number(response.headers.get("retry-after") ?? Number.NaN)
  const againMs = Number.isFinite(retryAfterSec) ? retryAfterSec * 1_000 : response.status >= 500 ? AGAIN_MS : null
  const body = (await response.json().catch(() => ({}))) as { readonly detail?: string }
  return new ApiProblem(body.detail ?? `The server answered ${response.status}.`, againMs)
}

/** The answer of a route as JSON. Rejects with `ApiProblem`, or with the signal's reason. */
export const get = async <T>(path: string, signal?: AbortSignal): Promise<T> => {
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  let response: Response
  try {
    response = await fetch(path, { signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]) })
  } catch (error) {
    if (signal?.aborted === true) throw error
    throw new ApiProblem("The server does not answer.", AGAIN_MS)
  }
  if (!response.ok) throw await problemOf(response)
  return (await response.json()) as T
}

/** An answer on its way: the newest one stays until a newer comes, so that nothing flickers. */
export interface Asked<T> {
  readonly data: T | null
  readonly problem: string | null
}

/**
 * Asks for `path` now and then every `everyMs` (0: once), at once where `seen` is another (what the page has seen of it by other ways), and
 * again where the server says when. Null: nothing is asked. An answer to another path is never shown under this one.
 */
export const useApi = <T>(path: string | null, everyMs = 0, seen = ""): Asked<T> => {
  const [state, setState] = useState<Asked<T> & { readonly path: string | null }>({ path, data: null, problem: null })
  useEffect(() => {
    if (path === null) return
    const leave = new AbortController()
    let timer = 0
    const later = (ms: number): void => {
      timer = window.setTimeout(ask, ms)
    }
    const ask = (): void => {
      get<T>(path, leave.signal).then(
        (data) => {
          setState({ path, data, problem: null })
          if (everyMs > 0) later(everyMs)
        },
        (error: unknown) => {
          if (leave.signal.aborted) return
          const problem = error instanceof ApiProblem ? error : new ApiProblem(String(error), null)
          setState((before) => ({ path, data: before.path === path ? before.data : null, problem: problem.message }))
          const againMs = problem.againMs ?? (everyMs > 0 ? Math.max(everyMs, AGAIN_MS) : null)
          if (againMs !== null) later(againMs)
        }
      )
    }
    ask()
    return () => {
      leave.abort()
      window.clearTimeout(timer)
    }
  }, [path, everyMs, seen])
  return state.path === path ? state : { data: null, problem: null }
}
