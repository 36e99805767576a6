/** Key levels, as far as an operator has asked: entries that wait until they are precise, and first touches that are told. */
import { Price } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import { type Draft, notice } from "../draft.ts"
import { setCause } from "../mode/mode.ts"
import type { LevelsSlice } from "./slices.ts"

const NOBODY_ASKED: LevelsSlice = { waits: false, precise: false, notices: [], day: "", told: [] }

/** What the operator asks from here on. Levels that have been precise since the start stay so. */
export const configureLevels = (
  draft: Draft,
  { waitsForLevels = false, touchNotices = [] }: EventOf<"GovernorConfigured">
): void => {
  if (!draft.variants.watchesLevels) return
  const { levels: before } = draft.state
  if (before === undefined && !waitsForLevels && touchNotices.length === 0) return
  draft.state.levels = { ...(before ?? NOBODY_ASKED), waits: waitsForLevels, notices: touchNotices }
  watchLevels(draft)
}

/** Raises and clears what stands against entries. */
const watchLevels = (draft: Draft): void => {
  const { levels } = draft.state
  if (levels !== undefined)
    setCause(draft, "levels_imprecise", levels.waits && !levels.precise, () => reason("levels_imprecise", {}))
}

/** Once precise they stay so until the trades are counted anew: a stream that breaks for a moment pauses nothing. */
export const learnPrecision = (draft: Draft, { precise }: EventOf<"PrecisionObserved">): void => {
  const { levels } = draft.state
  if (!draft.variants.watchesLevels || !precise || levels?.precise === true) return
  draft.state.levels = { ...(levels ?? NOBODY_ASKED), precise: true }
  watchLevels(draft)
}

/** Whatever counts the trades has started: what it had said holds no more. */
export const forgetPrecision = (draft: Draft): void => {
  const { levels } = draft.state
  if (levels === undefined) return
  draft.state.levels = { ...levels, precise: false }
  watchLevels(draft)
}

/** Told once a day and level; one that is said again, because an earlier trade has turned up, is no news. */
export const tellTouch = (draft: Draft, touch: EventOf<"LevelTouched">): void => {
  const { levels } = draft.state
  const { day, level, from, precision } = touch
  if (levels === undefined || !levels.notices.includes(level) || day < levels.day) return
  const told = day === levels.day ? levels.told : []
  if (told.includes(level)) return
  draft.state.levels = { ...levels, day, told: [...told, level] }
  notice(draft, "info", "level_touched", {
    level,
    levelPrice: Price.format(touch.levelPrice),
    price: Price.format(touch.price),
    day,
    from,
    precision
  })
}
