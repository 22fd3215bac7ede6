import type { RequestMessage } from '../message.ts'
import type { Fail } from './component.ts'

/** RFC 3986 section 3.2.2, without user information: with a slash in it, host and path could be cut in two ways. */
const AUTHORITY = /^[a-z0-9.\-_~%!$&'()*+,;=:[\]]+$/
const ABSOLUTE = /^(https?):\/\/([^/?#]*)([^#\n]*)$/i
const defaultPorts: Readonly<Record<RequestMessage['scheme'], string>> = { http: ':80', https: ':443' }

const SLASH = 0x2f

/** RFC 9421 section 2.2.3: in lower case, without the scheme's own port. */
export function authorityOf({ authority, scheme }: RequestMessage, fail: Fail): string {
  return normalAuthority(authority, scheme, fail)
}

/** Section 2.2.2: the target URI of RFC 9110 section 7.1. */
export function targetUriOf(request: RequestMessage, fail: Fail): string {
  const { scheme, target } = request
  const origin = `${scheme}://${authorityOf(request, fail)}`
  if (target.charCodeAt(0) === SLASH) return origin + oneLine(target, fail)
  if (target === '*') return origin
  return origin + absoluteTarget(request, fail)
}

/** Sections 2.2.6 and 2.2.7: the path, which is never empty, and the query without its question mark. */
export function partsOf(request: RequestMessage, fail: Fail): { readonly path: string; readonly query: string } {
  const { target } = request
  const local = target.charCodeAt(0) === SLASH ? oneLine(target, fail) : absoluteTarget(request, fail)
  const mark = local.indexOf('?')
  const path = mark < 0 ? local : local.slice(0, mark)
  return { path: path === '' ? '/' : path, query: mark < 0 ? '' : local.slice(mark + 1) }
}

/** What follows the authority in the absolute form. One that names another place than the request came to is not signed for. */
function absoluteTarget({ target, scheme, authority }: RequestMessage, fail: Fail): string {
  const [, ownScheme, ownAuthority, rest] = ABSOLUTE.exec(target) ?? []
  if (ownScheme?.toLowerCase() !== scheme || ownAuthority === undefined || rest === undefined) throw fail('component_absent')
  if (normalAuthority(ownAuthority, scheme, fail) !== normalAuthority(authority, scheme, fail)) throw fail('component_ambiguous')
  return rest
}

/** The last one that was normalized: most services have one name, and hear it all the time. */
let last = { authority: '', scheme: 'https', normal: '' }

function normalAuthority(authority: string, scheme: RequestMessage['scheme'], fail: Fail): string {
  if (authority === last.authority && scheme === last.scheme && authority !== '') return last.normal
  const lower = authority.toLowerCase()
  if (!AUTHORITY.test(lower)) throw fail('component_absent')
  const port = defaultPorts[scheme]
  const normal = lower.endsWith(port) ? lower.slice(0, -port.length) : lower
  last = { authority, scheme, normal }
  return normal
}

export function oneLine(text: string, fail: Fail): string {
  if (text.includes('\n')) throw fail('component_value')
  return text
}
