import { AuthError } from '../core/index.ts'
import type { Upstream } from './upstream.ts'

/** Where a request is to go. */
export interface Route {
  readonly upstream: Upstream
  /** Path and query for the upstream. */
  readonly path: string
}

/**
 * A segment that means another place than it says: `.` and `..`, in any spelling that some server on the way takes for one. Backslashes are slashes to
 * some, and `..;` is `..` to others.
 */
const dotSegment = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?=$|[/\\;]|%2f|%5c|%3b)/i
/** Nothing that is no path: fragments, backslashes, what is not printed, NUL. */
const strange = /[^\x21-\x7e]|[\\#]|%00/

/** The path of a request target in origin form; `undefined` for any other form (RFC 9112 section 3.2). */
export function pathOf(target: string): string | undefined {
  if (!target.startsWith('/')) return undefined
  const end = target.indexOf('?')
  return end < 0 ? target : target.slice(0, end)
}

/**
 * The upstream that a request is for. Only the prefix decides, by its very characters, and where the upstream stands is never taken from the request.
 *
 * @returns `undefined` when it is for none.
 * @throws {AuthError} `request_invalid` for a path that could mean another one at the upstream.
 */
export function routeOf(upstreams: readonly Upstream[], target: string): Route | undefined {
  const path = pathOf(target)
  if (path === undefined) return undefined
  const upstream = upstreams.find(({ prefix }) => path.startsWith(prefix) || path === prefix.slice(0, -1))
  if (upstream === undefined) return undefined
  if (strange.test(target) || dotSegment.test(path)) throw new AuthError('request_invalid', { reason: 'path' })
  return { upstream, path: upstream.base + target.slice(Math.min(upstream.prefix.length, path.length)).replace(/^\/+/, '') }
}
