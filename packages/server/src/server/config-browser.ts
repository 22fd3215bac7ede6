import { isLoopback } from 'countersign/core'
import { getDomain } from 'tldts'
import type { ConfigMistake } from './config-rule.ts'
import { list, oneOf, type Read, WrongValue } from './config-value.ts'

/** `http-only`: no script reads a token. `readable-access`: scripts read the access token and copy it into `Authorization`. */
export type CookieForm = 'http-only' | 'readable-access'
export type CookieSameSite = 'lax' | 'strict'

export const cookieForm: Read<CookieForm> = oneOf(['http-only', 'readable-access'], 'http-only is the default.')
export const cookieSameSite: Read<CookieSameSite> = oneOf(['lax', 'strict'], 'lax is the default.')

/** The URL standard takes an asterisk for part of a host; whoever writes one means something that is not done here. */
const hostName = /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])$/

function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && hostName.test(url.hostname) && url.origin === text
}

/** Origins exactly as browsers write them: a suffix or a pattern would let in who was not meant. */
export const origins: Read<readonly string[]> = (raw) => {
  const hint = 'Use origins with commas between them, such as https://app.example.com,https://www.example.com.'
  const given = list(hint)(raw)
  for (const origin of given) {
    if (!isOrigin(origin)) {
      throw new WrongValue(
        `names ${JSON.stringify(origin)}, which is no origin (scheme, host, port where it is not the usual one, nothing else)`,
        hint,
      )
    }
  }
  return given
}

const domainName = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/

/** A domain that a browser takes for cookies, by the public suffix list. */
export const cookieDomain: Read<string> = (raw) => {
  const hint =
    'Use the domain that the server and the other services have in common, such as example.com, or leave it out: then cookies are for the server’s own host only.'
  const domain = typeof raw === 'string' ? raw.trim().toLowerCase().replace(/^\./, '') : ''
  if (!domainName.test(domain)) throw new WrongValue('is no domain name', hint)
  if (/^[\d.]+$/.test(domain)) throw new WrongValue('is an address, and cookies of an address cannot be shared', hint)
  if (getDomain(domain, { allowPrivateDomains: true }) === null) {
    throw new WrongValue('is a public suffix, under which anybody may have a host: browsers drop such cookies', hint)
  }
  return domain
}

/** The host of a URL as a browser compares it. */
const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '')

interface Given {
  readonly issuer?: string
  readonly cookieDomain?: string
  readonly origins?: readonly string[]
}

interface Circumstances {
  readonly production: boolean
  nameOf(member: keyof Given): string
}

/** What must hold between these settings and where the server stands. */
export function browserMistakes(given: Given, { production, nameOf }: Circumstances): readonly ConfigMistake[] {
  const { issuer = 'http://127.0.0.1', cookieDomain: domain, origins: allowed = [] } = given
  const plain = production ? allowed.find((origin) => origin.startsWith('http:') && !isThisMachine(hostOf(origin))) : undefined
  return [
    ...(domain === undefined ? [] : cookieDomainMistakes(nameOf('cookieDomain'), domain, issuer)),
    ...(plain === undefined
      ? []
      : [
          {
            name: nameOf('origins'),
            problem: `names ${plain}, which anybody on the way can pretend to be`,
            hint: 'Use https origins in production.',
          },
        ]),
  ]
}

/** Whether the server stands where its cookies are for. */
function cookieDomainMistakes(name: string, domain: string, issuer: string): readonly ConfigMistake[] {
  const host = hostOf(issuer)
  if (host === domain || host.endsWith(`.${domain}`)) return []
  const registrable = getDomain(host, { allowPrivateDomains: true })
  const hint = registrable === null ? 'Leave it out, or give the server a domain name.' : `Use ${registrable}, or leave it out.`
  return [{ name, problem: `is not the domain of the issuer’s host ${host}, so that browsers would drop the cookies`, hint }]
}

/** Browsers keep `Secure` cookies of these over http, too. */
const isThisMachine = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost') || isLoopback(host)

/** Where every browser of today takes `Secure` and `__Host-`. */
export const isSecurePlace = (issuer: string, production: boolean): boolean =>
  production || issuer.startsWith('https:') || isThisMachine(hostOf(issuer))

/** What makes two origins one site: what browsers look at for `SameSite`. */
export function isSameSite(one: string, other: string): boolean {
  const [a, b] = [new URL(one), new URL(other)]
  if (a.protocol !== b.protocol) return false
  if (a.hostname === b.hostname) return true
  const domain = getDomain(a.hostname, { allowPrivateDomains: true })
  return domain !== null && domain === getDomain(b.hostname, { allowPrivateDomains: true })
}
