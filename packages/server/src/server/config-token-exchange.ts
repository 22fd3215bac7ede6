import { isJsonObject, parseJson } from 'countersign/core'
import type { TokenExchangeRule } from '../session/index.ts'
import { type Read, WrongValue } from './config-value.ts'

/** A rule as it is written. */
export interface TokenExchangeOptions {
  readonly client: string
  readonly audience: readonly string[]
  readonly scope?: readonly string[]
  readonly roles?: readonly string[]
  readonly groups?: readonly string[]
  readonly subject_audience?: readonly string[]
}

const members: ReadonlySet<string> = new Set(['client', 'audience', 'scope', 'roles', 'groups', 'subject_audience'])
const HINT = 'Use a JSON list such as [{"client":"svc_…","audience":["https://billing.example"],"scope":["invoices:read"]}].'
/** A service, or an access key. */
const clientForm = /^(?:svc_[A-Za-z0-9_-]{22}|CSK[A-Z0-9]{17})$/

/** Who may exchange tokens, given as a list or as its JSON. */
export const tokenExchanges: Read<readonly TokenExchangeRule[]> = (raw) => {
  const value = typeof raw === 'string' ? fromJson(raw) : raw
  if (!Array.isArray(value)) throw new WrongValue('is not a list', HINT)
  return Object.freeze(value.map(ruleOf))
}

function ruleOf(value: unknown): TokenExchangeRule {
  if (!isJsonObject(value)) throw new WrongValue('holds something else than objects', HINT)
  for (const name of Object.keys(value)) if (!members.has(name)) throw new WrongValue(`has an unknown member "${name}"`, HINT)
  const { client } = value
  if (typeof client !== 'string' || !clientForm.test(client))
    throw new WrongValue('has a client that is neither a service nor an access key', HINT)
  const audience = names(value, 'audience')
  if (audience === undefined || audience.length === 0) throw new WrongValue('has a rule without audience', HINT)
  return Object.freeze({
    client,
    audience,
    scope: names(value, 'scope'),
    roles: names(value, 'roles') ?? [],
    groups: names(value, 'groups') ?? [],
    subjectAudience: names(value, 'subject_audience'),
  })
}

function names(value: Readonly<Record<string, unknown>>, member: string): readonly string[] | undefined {
  const given: unknown = value[member]
  if (given === undefined) return undefined
  if (!Array.isArray(given) || !given.every(isName)) throw new WrongValue(`has a member ${member} that is no list of names`, HINT)
  return Object.freeze(given.map(String))
}

const isName = (value: unknown): value is string => typeof value === 'string' && /^[\x21-\x7e]{1,512}$/.test(value)

function fromJson(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    throw new WrongValue('is not JSON', HINT)
  }
}
