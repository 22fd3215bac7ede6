/** Lists as forms change them, where only what is in them counts. */

export const isSameList = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((each) => other.includes(each))

/** What was added to `before` and taken from it, laid on what is there by now: what somebody else has changed meanwhile stays. */
export const mergedList = (before: readonly string[], wanted: readonly string[], now: readonly string[]): readonly string[] =>
  [...new Set([...now, ...wanted.filter((each) => !before.includes(each))])].filter(
    (each) => wanted.includes(each) || !before.includes(each),
  )
