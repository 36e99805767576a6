/**
 * Subjects and subject patterns, the same rule for every adapter.
 *
 * A subject is tokens of `A-Z a-z 0-9 _ -` separated by single dots, at most 200 characters: a subset of what every
 * nats-server takes, so that a journal can move between adapters. In a pattern a token may be `*` (exactly one token)
 * and the last one may be `>` (one or more).
 */

/** Longest subject, characters. */
export const MAX_SUBJECT_LENGTH = 200

const token = "[A-Za-z0-9_-]+"
const SUBJECT_SHAPE = new RegExp(`^${token}(?:\\.${token})*$`)
const PATTERN_SHAPE = new RegExp(`^(?:>|(?:${token}|\\*)(?:\\.(?:${token}|\\*))*(?:\\.>)?)$`)

/** Whether a text is a subject, by the rule above. */
export const isSubject = (text: string): boolean => text.length <= MAX_SUBJECT_LENGTH && SUBJECT_SHAPE.test(text)

/** Whether a text is a subject pattern; every subject is one. */
export const isPattern = (text: string): boolean => text.length <= MAX_SUBJECT_LENGTH && PATTERN_SHAPE.test(text)

/**
 * A predicate "does this subject match"; left out, everything matches.
 * Throws `TypeError` on text that is no pattern: a wrong filter is a bug of the caller, not a state of the journal.
 */
export const subjectMatcher = (pattern: string | undefined): ((subject: string) => boolean) => {
  if (pattern === undefined || pattern === ">") return () => true
  if (!isPattern(pattern)) {
    throw new TypeError(
      `filter ${JSON.stringify(pattern)} is no subject pattern: tokens of A-Z a-z 0-9 _ - separated by dots, "*" for one token, a last ">" for the rest`
    )
  }
  if (isSubject(pattern)) return (subject) => subject === pattern
  const wanted = pattern.split(".")
  const open = wanted.at(-1) === ">"
  const fixed = open ? wanted.slice(0, -1) : wanted
  if (open && !fixed.includes("*")) {
    const prefix = `${fixed.join(".")}.`
    return (subject) => subject.startsWith(prefix) && subject.length > prefix.length
  }
  return (subject) => {
    const tokens = subject.split(".")
    if (open ? tokens.length <= fixed.length : tokens.length !== fixed.length) return false
    return fixed.every((expected, place) => expected === "*" || expected === tokens[place])
  }
}

/** Whether everything `inner` can match, `outer` matches too. Both are patterns. */
export const patternWithin = (inner: string, outer: string): boolean => {
  const wanted = outer.split(".")
  const given = inner.split(".")
  for (const [place, expected] of wanted.entries()) {
    const token = given[place]
    if (token === undefined) return false
    if (expected === ">") return true
    if (token === ">" || (expected !== "*" && expected !== token)) return false
  }
  return given.length === wanted.length
}
