/**
 * Lines of the log as key=value. Their time is the wall's, which a person can hold against a watch and another log; where the exchange's
 * is another, as on paper, it stands at the end.
 */
import * as Context from "effect/Context"
import * as Logger from "effect/Logger"
import { CLOCK_SLACK_MS, VenueClock } from "../../shared/exchange/venueClock.ts"

/** `… exchange_time=2026-01-01T00:03:20.000Z` behind a line, where that clock is known and not the wall's. Unix milliseconds. */
export const withExchangeTime = (line: string, wallMs: number, exchangeMs: number | null): string =>
  exchangeMs === null || Math.abs(exchangeMs - wallMs) < CLOCK_SLACK_MS
    ? line
    : `${line} exchange_time=${new Date(exchangeMs).toISOString()}`

/** The logger of every command. Where a market waits for its clock (`shared/pace`), the time it is given is that clock's, not the wall's. */
export const logLines = Logger.make<unknown, string>((options) => {
  const wallMs = Date.now()
  const clock = Context.getOrUndefined(options.fiber.context, VenueClock)
  const line = Logger.formatLogFmt.log({ ...options, date: new Date(wallMs) })
  return withExchangeTime(line, wallMs, clock?.unsafeSynchronised() === true ? clock.unsafeNowMs() : null)
})
