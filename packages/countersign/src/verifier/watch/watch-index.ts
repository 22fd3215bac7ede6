import type { EpochSeconds } from '../../core/platform.ts'
import type { LogEntry, TargetKind, TokenFacts } from '../../revocation/index.ts'
import type { RouteRule } from '../requirement.ts'

/** What an open watch is found by. */
export interface Indexed {
  readonly facts: TokenFacts
  readonly rule: RouteRule
  /** The first whole second at which its credential no longer holds. */
  readonly dueAt: EpochSeconds
}

/** Sets of members by key; a set that gets empty goes. */
class Grouping<Key, Member> {
  readonly #groups = new Map<Key, Set<Member>>()

  add(key: Key, member: Member): void {
    const group = this.#groups.get(key)
    if (group === undefined) this.#groups.set(key, new Set([member]))
    else group.add(member)
  }

  remove(key: Key, member: Member): void {
    const group = this.#groups.get(key)
    if (group?.delete(member) === true && group.size === 0) this.#groups.delete(key)
  }

  keys(): readonly Key[] {
    return [...this.#groups.keys()]
  }

  /** A copy: whoever walks over it may remove from the group meanwhile. */
  under(key: Key): readonly Member[] {
    const group = this.#groups.get(key)
    return group === undefined ? [] : [...group]
  }
}

/**
 * Every open watch, found without a look at the others: by what an entry of the log can name, by the second in which its credential ends,
 * and by what its route asks.
 */
export class WatchIndex<Member extends Indexed> {
  readonly #all = new Set<Member>()
  readonly #byTarget = new Grouping<string, Member>()
  readonly #byDue = new Grouping<EpochSeconds, Member>()
  readonly #byRule = new Grouping<RouteRule, Member>()

  get size(): number {
    return this.#all.size
  }

  add(member: Member): void {
    this.#all.add(member)
    for (const name of namesOf(member.facts)) this.#byTarget.add(name, member)
    this.#byDue.add(member.dueAt, member)
    this.#byRule.add(member.rule, member)
  }

  /** With the members that it was added with: before its facts change. */
  remove(member: Member): void {
    if (!this.#all.delete(member)) return
    for (const name of namesOf(member.facts)) this.#byTarget.remove(name, member)
    this.#byDue.remove(member.dueAt, member)
    this.#byRule.remove(member.rule, member)
  }

  all(): readonly Member[] {
    return [...this.#all]
  }

  /** Those that a log entry can concern. Whether it kills them is for the rule to say. */
  concernedBy({ kind, target }: Pick<LogEntry, 'kind' | 'target'>): readonly Member[] {
    if (kind === 'epoch') return this.all()
    if (kind !== 'cutoff') return []
    if (target.kind === 'everyone' || target.kind === 'issuer') return this.all()
    return this.#byTarget.under(nameOf(target.kind, target.id))
  }

  /** There are at most as many different seconds as the longest token lives. */
  dueBy(now: EpochSeconds): readonly Member[] {
    const due = this.#byDue.keys().filter((second) => second <= now)
    return due.flatMap((second) => this.#byDue.under(second))
  }

  rules(): readonly RouteRule[] {
    return this.#byRule.keys()
  }

  under(rule: RouteRule): readonly Member[] {
    return this.#byRule.under(rule)
  }
}

/** Everything but `everyone` and `issuer`, which name all. A name may stand there twice. */
function namesOf({ client, user, session, tokenId, keyId, roles, groups }: TokenFacts): readonly string[] {
  const names = [nameOf('client', client), nameOf('token', tokenId), nameOf('key', keyId)]
  if (user !== undefined) names.push(nameOf('user', user))
  if (session !== undefined) names.push(nameOf('session', session))
  for (const role of roles) names.push(nameOf('role', role))
  for (const group of groups) names.push(nameOf('group', group))
  return names
}

/** No kind holds a colon, so no two targets share a name. */
const nameOf = (kind: TargetKind, id: string): string => `${kind}:${id}`
