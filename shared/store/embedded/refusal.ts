/** A request that is not carried out, with PostgREST's status and code where PostgREST would refuse it too. */
export class Refusal extends Error {
  override readonly name = "Refusal"
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** PostgREST may know this, the embedded database does not: loud, so that nothing is quietly answered wrong. */
export const unsupported = (what: string): Refusal =>
  new Refusal(501, "unsupported", `the embedded database does not serve ${what}; use a PostgREST for that`)
