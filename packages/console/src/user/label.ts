/** Names of roles and groups, as people type them. */

/** With spaces or lines between them, and commas where somebody sets them: no name holds a space. Without repetitions. */
export const readLabels = (text: string): readonly string[] => [...new Set(text.split(/,?\s+|,$/).filter((each) => each !== ''))]

interface LabelChange {
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

export function labelChange(before: readonly string[], after: readonly string[]): LabelChange {
  return { added: after.filter((each) => !before.includes(each)), removed: before.filter((each) => !after.includes(each)) }
}

/** What somebody else has changed meanwhile stays. */
export const withChange = (current: readonly string[], { added, removed }: LabelChange): readonly string[] =>
  [...new Set([...current, ...added])].filter((each) => !removed.includes(each))

interface Membership {
  readonly roles: readonly string[]
  readonly groups: readonly string[]
}

/**
 * What the server is to be asked for, when a form that was opened on `shown` is sent with `wanted`, and the account is `current` by then.
 * What stays as it is is left out: naming it would end the access tokens of the account for nothing.
 */
export function membershipChange(shown: Membership, wanted: Membership, current: Membership): Partial<Membership> {
  const roles = withChange(current.roles, labelChange(shown.roles, wanted.roles))
  const groups = withChange(current.groups, labelChange(shown.groups, wanted.groups))
  return { ...(isSame(roles, current.roles) ? {} : { roles }), ...(isSame(groups, current.groups) ? {} : { groups }) }
}

const isSame = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((each) => b.includes(each))

/** All that there is, in one order, each once. */
export const allLabels = (...lists: readonly (readonly string[])[]): readonly string[] =>
  [...new Set(lists.flat())].sort((a, b) => a.localeCompare(b, 'en'))
