import { createPublicKey } from 'node:crypto'
import { AuthError } from 'countersign/core'
import type { ClientLinks, OAuthClient } from './oauth-client.ts'

const MAXIMUM_LENGTH = 2048
const MAXIMUM_CONTACTS = 10
const MAXIMUM_CONTACT = 254
const MAXIMUM_KEYS = 10
/** As JSON. */
const MAXIMUM_KEY = 8192
const RSA_BITS = 2048

const invalid = (pointer: string, problem: string): AuthError => new AuthError('request_invalid', { pointer, problem })

const linkNames = { clientUri: 'client_uri', logoUri: 'logo_uri', policyUri: 'policy_uri', tosUri: 'tos_uri' } as const

/**
 * Holds the pages that people are led to against RFC 7591 section 5: https, and of a client that nobody has looked at only where it is called back,
 * so that it cannot pass somebody else's pages off as its own.
 *
 * @param hosts Where they may be; undefined: an operator answers for them.
 * @returns them without what is left out.
 * @throws {AuthError} `request_invalid`.
 */
export function checkedLinks(links: ClientLinks, hosts: ReadonlySet<string> | undefined): ClientLinks {
  const checked: Record<string, string> = {}
  for (const [member, name] of Object.entries(linkNames)) {
    const uri = links[member as keyof ClientLinks] // of `linkNames`
    if (uri === undefined) continue
    const url = uri.length <= MAXIMUM_LENGTH && /^[\x21-\x7e]+$/.test(uri) ? URL.parse(uri) : null
    if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') throw invalid(`/${name}`, 'must be an https address')
    if (hosts?.has(url.host) === false) throw invalid(`/${name}`, 'must be on the host of a redirect address')
    checked[member] = uri
  }
  return checked
}

/** The hosts that a client is called back at over https. */
export const hostsOf = (uris: readonly string[]): ReadonlySet<string> =>
  new Set(uris.flatMap((uri) => (uri.startsWith('https:') ? [new URL(uri).host] : [])))

/** @throws {AuthError} `request_invalid`. */
export function requireContacts(contacts: readonly string[]): void {
  const isAddress = (text: string): boolean => text.length <= MAXIMUM_CONTACT && /^[\x21-\x3f\x41-\x7e]+@[\x21-\x3f\x41-\x7e]+$/.test(text)
  if (contacts.length > MAXIMUM_CONTACTS || !contacts.every(isAddress)) {
    throw invalid('/contacts', `must be at most ${MAXIMUM_CONTACTS} e-mail addresses`)
  }
}

/**
 * Public keys and nothing else: what is private is refused rather than kept.
 *
 * @throws {AuthError} `request_invalid`.
 */
export function requirePublicKeys(jwks: OAuthClient['jwks']): void {
  if (jwks === undefined) return
  if (jwks.keys.length === 0 || jwks.keys.length > MAXIMUM_KEYS) throw invalid('/jwks', `must be 1 to ${MAXIMUM_KEYS} keys`)
  for (const key of jwks.keys) requirePublicKey(key)
}

const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

function requirePublicKey(key: Readonly<Record<string, unknown>>): void {
  if (JSON.stringify(key).length > MAXIMUM_KEY) throw invalid('/jwks', 'hold a key that is too large')
  if (secretMembers.some((member) => Object.hasOwn(key, member))) throw invalid('/jwks', 'hold a private key: give the public half alone')
  const texts = [key['kid'], key['use'], key['alg']]
  const lists = [key['key_ops'], key['x5c']]
  const isText = (value: unknown): boolean => typeof value === 'string'
  if (!texts.every((value) => value === undefined || isText(value))) throw invalid('/jwks', 'hold a key whose kid, use or alg is no text')
  if (!lists.every((value) => value === undefined || (Array.isArray(value) && value.length > 0 && value.every(isText))))
    throw invalid('/jwks', 'hold a key whose key_ops or x5c is no list of texts')
  const known = readKey(key)
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = known
  const bits = details?.modulusLength ?? 0
  if (type === 'rsa' && bits < RSA_BITS) throw invalid('/jwks', `hold an RSA key of less than ${RSA_BITS} bits`)
}

function readKey(key: Readonly<Record<string, unknown>>) {
  try {
    return createPublicKey({ key, format: 'jwk' }) // it checks every member that it reads
  } catch (cause) {
    throw new AuthError('request_invalid', { pointer: '/jwks', problem: 'hold something that is no public key' }, { cause })
  }
}
