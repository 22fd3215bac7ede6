import { readFileSync } from 'node:fs'
import { isJsonObject, parseJson } from 'countersign/core'
import { isJwsAlgorithm, type JwsAlgorithm } from 'countersign/crypto'
import type { IdentityProvider } from '../account/federation/index.ts'
import { type Read, WrongValue } from './config-value.ts'

/** A provider as it is written. */
export interface IdentityProviderOptions {
  readonly id: string
  readonly name?: string
  readonly issuer: string
  readonly client_id: string
  readonly client_secret?: string
  readonly client_authentication?: IdentityProvider['clientAuthentication']
  readonly scope?: string
  readonly algorithms?: readonly JwsAlgorithm[]
  readonly sign_up?: boolean
  readonly link_by_email?: boolean
  readonly domains?: readonly string[]
  readonly trusts_factors?: boolean
}

const names: ReadonlySet<string> = new Set([
  ...['id', 'name', 'issuer', 'client_id', 'client_secret', 'client_authentication', 'scope', 'algorithms'],
  ...['sign_up', 'link_by_email', 'domains', 'trusts_factors'],
])
const HINT =
  'Use a JSON list such as [{"id":"google","name":"Google","issuer":"https://accounts.google.com","client_id":"…","client_secret":"…"}], or the path of a file with one.'
const MAXIMUM = 20
const idForm = /^[a-z0-9][a-z0-9-]{0,31}$/
const domainForm = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/
const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

const wrong = (problem: string): WrongValue => new WrongValue(problem, HINT)

/** Whom people may sign in with, given as a list, as its JSON, or as the path of a file with that. */
export const identityProviders: Read<readonly IdentityProvider[]> = (raw) => {
  const value = typeof raw === 'string' ? fromText(raw.trim()) : raw
  if (!Array.isArray(value)) throw wrong('is not a list')
  if (value.length > MAXIMUM) throw wrong(`has more than ${MAXIMUM} providers`)
  const providers = value.map(providerOf)
  // The same issuer twice would be two ways to one identity, with two sets of rules.
  for (const member of ['id', 'issuer'] as const) {
    if (new Set(providers.map((provider) => provider[member])).size < providers.length) throw wrong(`has two providers with one ${member}`)
  }
  return Object.freeze(providers)
}

function fromText(text: string): unknown {
  try {
    return parseJson(text.startsWith('[') ? text : readFileSync(text, 'utf8'))
  } catch {
    throw wrong('is neither JSON nor a file with it')
  }
}

function providerOf(value: unknown): IdentityProvider {
  if (!isJsonObject(value)) throw wrong('holds something else than objects')
  const { id, client_authentication: authentication = 'basic', algorithms = ['RS256', 'ES256', 'PS256', 'EdDSA'] } = value
  if (typeof id !== 'string' || !idForm.test(id)) throw wrong('has a provider whose id is not made of small letters, digits and hyphens')
  const refuse = (problem: string): never => {
    throw wrong(`${problem} in "${id}"`)
  }
  for (const name of Object.keys(value)) if (!names.has(name)) refuse(`has an unknown member "${name}"`)
  const text = (name: string, otherwise?: string): string => {
    const given = value[name] ?? otherwise
    return typeof given === 'string' && given.trim() !== '' ? given.trim() : refuse(`has no ${name}`)
  }
  const flag = (name: string, otherwise: boolean): boolean => {
    const given = value[name] ?? otherwise
    return typeof given === 'boolean' ? given : refuse(`has a ${name} that is neither true nor false`)
  }
  if (authentication !== 'basic' && authentication !== 'post') refuse('has a client_authentication that is neither "basic" nor "post"')
  if (!Array.isArray(algorithms) || algorithms.length === 0 || !algorithms.every(isPublic))
    refuse('has algorithms that are no signatures with public keys')
  const scope = text('scope', 'openid email profile').split(/ +/)
  if (!scope.includes('openid')) refuse('has a scope without "openid"')
  const settings: IdentityProvider = {
    id,
    name: text('name', id),
    issuer: issuerOf(text('issuer'), refuse),
    clientId: text('client_id'),
    clientSecret: value['client_secret'] === undefined ? undefined : text('client_secret'),
    clientAuthentication: authentication as IdentityProvider['clientAuthentication'], // checked above
    scope: Object.freeze(scope),
    algorithms: Object.freeze([...(algorithms as JwsAlgorithm[])]), // checked above
    signUp: flag('sign_up', true),
    linkByEmail: flag('link_by_email', false),
    domains: domainsOf(value['domains'] ?? [], refuse),
    trustsFactors: flag('trusts_factors', false),
  }
  return Object.freeze(settings)
}

/** Whoever is on the way could sign in as anybody. */
function issuerOf(issuer: string, refuse: (problem: string) => never): string {
  const url = URL.parse(issuer)
  const isPlain = url !== null && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
  const isPrivate = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopbackHosts.has(url.hostname))
  return isPlain && isPrivate ? issuer : refuse('has an issuer that is no https URL')
}

function domainsOf(given: unknown, refuse: (problem: string) => never): readonly string[] {
  if (!Array.isArray(given)) return refuse('has domains that are no list')
  const domains = given.map((each) => (typeof each === 'string' ? each.trim().toLowerCase() : ''))
  return domains.every((each) => domainForm.test(each)) ? Object.freeze(domains) : refuse('has a domain that is none')
}

const isPublic = (name: unknown): name is JwsAlgorithm => isJwsAlgorithm(name) && name !== 'HS256'
