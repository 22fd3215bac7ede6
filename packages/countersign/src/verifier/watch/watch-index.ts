import type { EpochSeconds } from '../../core/platform.ts'
import type { LogEntry, TargetKind, TokenFacts } from '../../revocation/index.ts'
import type { RouteRule } from '../requirement.ts'

/** What an open watch is found by. */
export interface Indexed {
  readonly facts: TokenFacts
  readonly rule: RouteRule
  /** The first whole second at which its credential no longer holds. */
  readonly dueAt: EpochSeconds
  /** Whether it may end without a word in the log. */
  readonly isVisited: boolean
}

/** Members that share a key. */
interface Group<Key, Member> {
  readonly key: Key
  readonly members: Set<Member>
}

/** Groups of members by key; a group that gets empty goes. */
class Grouping<Key, Member> {
  readonly #groups = new Map<Key, Group<Key, Member>>()

  /** @returns how to take it out again, without a search for the key. */
  add(key: Key, member: Member): Group<Key, Member> {
    let group = this.#groups.get(key)
    if (group === undefined) this.#groups.set(key, (group = { key, members: new Set() }))
    group.members.add(member)
    return group
  }

  remove({ key, members }: Group<Key, Member>, member: Member): void {
    if (members.delete(member) && members.size === 0) this.#groups.delete(key)
  }

  keys(): readonly Key[] {
    return [...this.#groups.keys()]
  }

  /** A copy: whoever walks over it may remove from the group meanwhile. */
  under(key: Key): readonly Member[] {
    return [...(this.#groups.get(key)?.members ?? [])]
  }
}

/** The groups that a member stands in. */
interface Places<Member> {
  readonly targets: readonly Group<string, Member>[]
  readonly due: Group<EpochSeconds, Member>
  readonly rule: Group<RouteRule, Member>
}

/**
 * Every open watch, found without a look at the others: by what an entry of the log can name, by the second in which its credential ends,
 * and by what its route asks.
 */
export class WatchIndex<Member extends Indexed> {
  readonly #all = new Map<Member, Places<Member>>()
  readonly #byTarget = new Grouping<string, Member>()
  readonly #byDue = new Grouping<EpochSeconds, Member>()
  readonly #byRule = new Grouping<RouteRule, Member>()
  readonly #visited = new Set<Member>()

  get size(): number {
    return this.#all.size
  }

  add(member: Member): void {
    this.#all.set(member, {
      targets: namesOf(member.facts).map((name) => this.#byTarget.add(name, member)),
      due: this.#byDue.add(member.dueAt, member),
      rule: this.#byRule.add(member.rule, member),
    })
    if (member.isVisited) this.#visited.add(member)
  }

  remove(member: Member): void {
    const places = this.#all.get(member)
    if (places === undefined) return
    this.#all.delete(member)
    this.#visited.delete(member)
    for (const target of places.targets) this.#byTarget.remove(target, member)
    this.#byDue.remove(places.due, member)
    this.#byRule.remove(places.rule, member)
  }

  /** A copy, for the caller to take from. */
  visited(): Member[] {
    return [...this.#visited]
  }

  all(): readonly Member[] {
    return [...this.#all.keys()]
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
function namesOf(facts: TokenFacts): readonly string[] {
  const { user, session, roles, groups, origins = [] } = facts
  const names = [facts, ...origins].flatMap(({ client, tokenId, keyId }) => [
    nameOf('client', client),
    nameOf('token', tokenId),
    nameOf('key', keyId),
  ])
  if (user !== undefined) names.push(nameOf('user', user))
  if (session !== undefined) names.push(nameOf('session', session))
  for (const role of roles) names.push(nameOf('role', role))
  for (const group of groups) names.push(nameOf('group', group))
  return names
}

/** No kind holds a colon, so no two targets share a name. */
const nameOf = (kind: TargetKind, id: string): string => `${kind}:${id}`
