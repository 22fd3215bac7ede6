export interface CookieNames {
  readonly access: string
  readonly refresh: string
  /** Readable by scripts, which copy it into `X-CSRF-Token`. */
  readonly csrf: string
  /** Tells a device that has signed in before. */
  readonly device: string
  /** Tells browsers apart before anybody has signed in. */
  readonly visit: string
}

/**
 * `__Host-` binds a cookie to this very host and to https; what is shared with a domain can have `__Secure-` only. A plain host of a
 * developer's network has neither, since browsers would drop it.
 */
export function cookieNames(isSecure: boolean, isShared: boolean): CookieNames {
  const own = isSecure ? '__Host-' : ''
  const shared = isShared && isSecure ? '__Secure-' : own
  return Object.freeze({
    access: `${shared}cs_access`,
    refresh: `${own}cs_refresh`,
    csrf: `${shared}cs_csrf`,
    device: `${own}cs_device`,
    visit: `${own}cs_visit`,
  })
}
