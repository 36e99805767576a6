/** Who may import whom. */
import { packageOf, resolveLocal, type Rule } from "../source.ts"
import { NEEDS_SOURCE, TEST_SUPPORT } from "../lists.ts"
import { matches } from "../source.ts"

/** `services/slot-actor`, `shared`, `cli`, `tests`, `bench`, or the file itself at the root. */
const areaOf = (path: string): string => {
  const [top = path, second] = path.split("/")
  return top === "services" && second !== undefined ? `services/${second}` : top
}

/** What looks at the system from outside. */
const SEES_EVERYTHING = new Set(["cli", "tests", "bench"])

/** The areas each area may import besides itself; the composition root and the reference cases see every service. */
const mayImport = (area: string, target: string): boolean => {
  if (target === "shared") return true
  if (area === "app" || area === "conformance") return target.startsWith("services/")
  return false
}

/**
 * The one exception: the control plane shows what others show of themselves, and takes the types of their views as the contract.
 * Types only: at run time the views come to it through `app/`.
 */
const showsView = (path: string, target: string, typeOnly: boolean): boolean =>
  typeOnly && path.startsWith("services/control-plane/") && /^services\/[^/]+\/(?:.*\/)?view\.ts$/.test(target)

/**
 * Services import `shared/`, themselves and packages, never each other (but for the types of views); `shared/` imports no service; `app/` and
 * `conformance/` import services; only `cli/`, `tests/`, `bench/` and end-to-end tests see everything.
 */
export const directions: Rule = (sources) =>
  sources.flatMap(({ path, imports }) => {
    const area = areaOf(path)
    if (SEES_EVERYTHING.has(area) || path.endsWith(".e2e.test.ts")) return []
    return imports.flatMap(({ specifier, typeOnly, line }) => {
      const target = specifier === null ? null : resolveLocal(path, specifier)
      if (target === null || showsView(path, target, typeOnly)) return []
      const targetArea = areaOf(target)
      if (targetArea === area || mayImport(area, targetArea)) return []
      return [`${path}:${line}: ${area} may not import ${targetArea} (${target}); only cli/, tests/ and bench/ may`]
    })
  })

/** Every relative import names a file that exists, with its ending: Node adds none. */
export const targetsExist: Rule = (sources) => {
  const known = new Set(sources.map((source) => source.path))
  return sources.flatMap(({ path, imports }) =>
    imports.flatMap(({ specifier, line }) => {
      const target = specifier === null ? null : resolveLocal(path, specifier)
      if (target === null || known.has(target) || !/\.tsx?$|\/[^./]*$/.test(target)) return []
      return [`${path}:${line}: there is no file ${target}`]
    })
  )
}

/** What ships runs without development dependencies and without test support: the container image has neither. */
export const production =
  (developmentPackages: ReadonlySet<string>): Rule =>
  (sources) =>
    sources
      .filter(({ path }) => !matches(path, TEST_SUPPORT) && !matches(path, NEEDS_SOURCE))
      .flatMap(({ path, imports }) =>
        imports.flatMap(({ specifier, typeOnly, line }) => {
          if (specifier === null || typeOnly) return []
          const target = resolveLocal(path, specifier)
          if (target !== null && matches(target, TEST_SUPPORT)) {
            return [`${path}:${line}: production code may not import test support (${target})`]
          }
          if (target === null && developmentPackages.has(packageOf(specifier))) {
            return [
              `${path}:${line}: ${packageOf(specifier)} is a development dependency; production code may not import it`
            ]
          }
          return []
        })
      )
