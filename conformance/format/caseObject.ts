/** Reading reference cases (JSON made elsewhere) with errors that name the field. Pure. */

/** A JSON object of a case, with the place it stands at for error messages. */
export class CaseObject {
  readonly at: string
  readonly fields: Readonly<Record<string, unknown>>

  constructor(value: unknown, at: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new CaseError(`${at} must be an object, is ${describe(value)}`)
    }
    this.at = at
    this.fields = value as Record<string, unknown>
  }

  number(name: string, absent?: number): number {
    const value = this.fields[name] ?? absent
    if (typeof value === "number" && Number.isFinite(value)) return value
    throw this.wrong(name, "a finite number")
  }

  text(name: string, absent?: string): string {
    const value = this.fields[name] ?? absent
    if (typeof value === "string") return value
    throw this.wrong(name, "a text")
  }

  oneOf<const A extends string>(name: string, allowed: ReadonlyArray<A>, absent?: A): A {
    const value = this.fields[name] ?? absent
    const found = allowed.find((candidate) => candidate === value)
    if (found === undefined) throw this.wrong(name, `one of ${allowed.join(", ")}`)
    return found
  }

  flag(name: string): boolean {
    const value = this.fields[name] ?? false
    if (typeof value === "boolean") return value
    throw this.wrong(name, "true or false")
  }

  /** Null when the field is absent or null. */
  optionalNumber(name: string): number | null {
    return (this.fields[name] ?? null) === null ? null : this.number(name)
  }

  object(name: string): CaseObject {
    return new CaseObject(this.fields[name], `${this.at}.${name}`)
  }

  optionalObject(name: string): CaseObject | null {
    return (this.fields[name] ?? null) === null ? null : this.object(name)
  }

  list(name: string): Array<CaseObject> {
    const value = this.fields[name] ?? []
    if (!Array.isArray(value)) throw this.wrong(name, "a list")
    return value.map((item, index) => new CaseObject(item, `${this.at}.${name}[${index}]`))
  }

  private wrong(name: string, wanted: string): CaseError {
    return new CaseError(`${this.at}.${name} must be ${wanted}, is ${describe(this.fields[name])}`)
  }
}

/** A case that does not have the form its kind asks for; the message names the field. */
export class CaseError extends Error {
  override readonly name = "CaseError"
}

/** A value for an error message: an infinite number by its name, which JSON does not have. */
export const describe = (value: unknown): string =>
  value === undefined ? "missing" : typeof value === "number" ? String(value) : (JSON.stringify(value) ?? typeof value)
