const MAXIMUM_LENGTH = 1024

/**
 * Where somebody is sent after a sign-in: a path of ours, or an address of an origin that the configuration lists. Everything else is as if
 * it had not been asked for, so that no link to our sign-in leads anywhere else (open redirect, CWE-601).
 *
 * @param asked What `?return_to=` says.
 * @param issuer Our own URL; a path is one of its origin.
 * @param origins Listed by the configuration.
 * @returns a path that begins with one slash, or a whole address; undefined for what is not allowed.
 */
export function returnAddress(asked: string | undefined, issuer: string, origins: readonly string[]): string | undefined {
  // What a browser would drop or turn before it looks: control characters, white space, backslashes.
  if (asked === undefined || asked.length > MAXIMUM_LENGTH || !/^[\x21-\x5b\x5d-\x7e]+$/.test(asked)) return undefined
  const own = new URL(issuer).origin
  if (asked.startsWith('/')) {
    const url = URL.parse(asked, own)
    // `//evil.example` is an address of another host, and `/.//evil.example` becomes one.
    if (url === null || url.origin !== own || url.pathname.startsWith('//')) return undefined
    return url.pathname + url.search + url.hash
  }
  const url = URL.parse(asked)
  // `blob:https://…` has the origin of what it wraps.
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined
  if (url.origin !== own && !origins.includes(url.origin)) return undefined
  return url.href
}
