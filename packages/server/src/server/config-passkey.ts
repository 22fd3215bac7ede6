import { getDomain } from 'tldts'
import type { RelyingParty } from '../account/passkey/index.ts'
import type { ConfigMistake } from './config-rule.ts'
import { list, type Read, WrongValue } from './config-value.ts'

/** For whom passkeys are, where that is not just the issuer. */
export interface PasskeySettings {
  /** The domain that they are bound to; undefined: the issuer's host. */
  readonly passkeyDomain: string | undefined
  /** Of the pages that may ask for one, beside our own. */
  readonly passkeyOrigins: readonly string[]
}

export interface PasskeyOptions {
  readonly passkeyDomain?: string
  readonly passkeyOrigins?: string | readonly string[]
}

const domainName = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/
/** What Android gives for an app (section 4 of its documentation of Credential Manager): the hash of the key that has signed it. */
const androidOrigin = /^android:apk-key-hash:[\w-]{43}$/

const passkeyDomain: Read<string> = (raw) => {
  const hint = 'Use the issuer’s host or a parent of it, such as example.com. Every passkey is bound to it for ever.'
  const domain = typeof raw === 'string' ? raw.trim().toLowerCase() : ''
  if (!domainName.test(domain)) throw new WrongValue('is no domain name', hint)
  if (domain !== 'localhost' && getDomain(domain, { allowPrivateDomains: true }) === null) {
    throw new WrongValue('is a public suffix or an address, to which browsers bind no passkey', hint)
  }
  return domain
}

const passkeyOrigins: Read<readonly string[]> = (raw) => {
  const hint = 'Use origins with commas between them, such as https://app.example.com.'
  const given = list(hint)(raw)
  const isOrigin = (text: string): boolean => androidOrigin.test(text) || (/^https?:/.test(text) && URL.parse(text)?.origin === text)
  const wrong = given.find((each) => !isOrigin(each))
  if (wrong !== undefined) throw new WrongValue(`names ${JSON.stringify(wrong)}, which is no origin`, hint)
  return given
}

/** One row a setting, as `config.ts` has them. */
export const passkeySettings: {
  readonly passkeyDomain: { readonly variable: string; readonly read: Read<string> }
  readonly passkeyOrigins: { readonly variable: string; readonly read: Read<readonly string[]> }
} = {
  passkeyDomain: { variable: 'COUNTERSIGN_PASSKEY_DOMAIN', read: passkeyDomain },
  passkeyOrigins: { variable: 'COUNTERSIGN_PASSKEY_ORIGINS', read: passkeyOrigins },
}

interface Given {
  readonly issuer?: string
  readonly passkeyDomain?: string
  readonly passkeyOrigins?: readonly string[]
}

export const passkeySettingsOf = (given: Given): PasskeySettings => ({
  passkeyDomain: given.passkeyDomain,
  passkeyOrigins: given.passkeyOrigins ?? Object.freeze([]),
})

const isWithin = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`)

/** What a browser would refuse: a domain that the issuer is not within, an origin that is not within the domain, or not private. */
export function passkeyMistakes(given: Given, nameOf: (member: keyof Given) => string): readonly ConfigMistake[] {
  const host = new URL(given.issuer ?? 'http://127.0.0.1').hostname
  const domain = given.passkeyDomain ?? host
  const mistakes: ConfigMistake[] = []
  if (!isWithin(host, domain)) {
    const hint = `Use ${host}, or a parent of it.`
    mistakes.push({ name: nameOf('passkeyDomain'), problem: `is not the domain of the issuer’s host ${host}`, hint })
  }
  for (const origin of (given.passkeyOrigins ?? []).filter((each) => !androidOrigin.test(each))) {
    const { protocol, hostname } = new URL(origin)
    const isPrivate = protocol === 'https:' || hostname === 'localhost' || hostname.endsWith('.localhost')
    if (isPrivate && isWithin(hostname, domain)) continue
    const problem = `names ${origin}, where no browser offers a passkey of ${domain}`
    mistakes.push({ name: nameOf('passkeyOrigins'), problem, hint: `Use https origins of ${domain} and hosts below it.` })
  }
  return mistakes
}

interface Place extends PasskeySettings {
  readonly issuer: string
}

export const relyingPartyOf = ({ issuer, passkeyDomain: domain, passkeyOrigins: origins }: Place, name: string): RelyingParty =>
  Object.freeze({ id: domain ?? new URL(issuer).hostname, name, origins: Object.freeze([new URL(issuer).origin, ...origins]) })
