import { Schema } from "effect"

/** There are no levels to show, or nothing that can be kept; the text says why. */
export class LevelsFailed extends Schema.TaggedError<LevelsFailed>()("LevelsFailed", { detail: Schema.String }) {
  override get message(): string {
    return `levels: ${this.detail}`
  }
}
