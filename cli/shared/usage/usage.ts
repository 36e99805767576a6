/** What a person has written wrongly, said in one line that stands last: no help before it to scroll past. */
import * as CliOutput from "effect/cli/CliOutput"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

/** The error on one line, without the indented lists that the parser writes beneath. */
export const oneLine = (message: string): string => message.replaceAll(/\s*\n\s*/g, " ").trim()

/** Errors of usage as lines of their own, each with where to read on; everything else as it comes. */
export const shortUsage = CliOutput.layerPresenter({
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Effect.forEach(
          event.errors,
          (error) => Console.error(`kennel: ${oneLine(error.message)} (${event.commandPath.join(" ")} --help)`),
          { discard: true }
        )
      : CliOutput.defaultPresenter.present(event)
})
