/** Settings as a reader looks for them. Pure. */
import type { Setting } from "../../kit/payloads.ts"

/** Settings of one group. */
export interface Group {
  readonly group: string
  readonly settings: ReadonlyArray<Setting>
}

/** Whether a setting is not what it would be by itself. */
export const isChanged = ({ source }: Setting): boolean => source !== "default"

/** Groups in their order, with the settings whose name or purpose has the words that are looked for. */
export const groupsOf = (
  settings: ReadonlyArray<Setting>,
  search: string,
  changedOnly: boolean
): ReadonlyArray<Group> => {
  const wanted = search.trim().toLowerCase().split(/\s+/)
  const fits = ({ name, about, group }: Setting): boolean =>
    wanted.every((word) => `${name} ${about} ${group}`.toLowerCase().includes(word))
  const found = settings.filter((setting) => fits(setting) && (!changedOnly || isChanged(setting)))
  const groups = Map.groupBy(found, ({ group }) => group)
  return [...groups].map(([group, inGroup]) => ({ group, settings: inGroup }))
}
