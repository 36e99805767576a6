/** Modules that are read when a service is run: most of what reads a manifest runs nothing, and a read costs as much as a small command. */
import { Effect } from "effect"
import { errand } from "../pace/errands.ts"

const READERS: Array<() => Promise<unknown>> = []

/**
 * What `read` imports, once: `const service = reading(() => import("./service.ts"))` beside the imports of a file. In a clock that waits no
 * time passes meanwhile.
 */
export const reading = <Module>(read: () => Promise<Module>): Effect.Effect<Module> => {
  let module: Module | null = null
  const load = async (): Promise<Module> => (module ??= await read())
  READERS.push(load)
  const loaded = errand("the modules of a service")(Effect.promise(load))
  return Effect.suspend(() => (module === null ? loaded : Effect.succeed(module)))
}

/** All of them at once, for a world in which nothing can be waited for but what happens in it. */
export const readAll = async (): Promise<void> => {
  await Promise.all(READERS.map((load) => load()))
}
