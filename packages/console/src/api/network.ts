import { hostedPage, rootPath } from './base.ts'

/** What a browser does for us. Tests bring their own. */
export interface Network {
  readonly fetch: (address: string, init: RequestInit) => Promise<Response>
  /** By the clock of this browser, in milliseconds since 1970. */
  readonly now: () => number
  /** Below which path the server stands. */
  readonly root: () => string
  /** The readable cookies, as `document.cookie` has them. */
  readonly cookies: () => string
  /** Does the task while no other tab of the console does one of that name. */
  readonly exclusively: <T>(name: string, task: () => Promise<T>) => Promise<T>
  /** Leaves for the sign-in, which leads back. @returns false: not now, since something is open that would be lost. */
  readonly leave: () => boolean
  /** Begins anew, with nothing left of what was shown. */
  readonly startOver: () => void
}

/** What the sign-in follows at most. */
const LONGEST_RETURN = 1024

/**
 * The hosted sign-in, which leads back to here.
 *
 * @param again Somebody who is signed in shows once more who they are.
 */
export function signInAddress({ pathname, search }: Pick<Location, 'pathname' | 'search'>, again = false): string {
  const whole = pathname + search
  const query = new URLSearchParams({ ...(again ? { step_up: 'yes' } : {}), return_to: whole.length > LONGEST_RETURN ? pathname : whole })
  return `${hostedPage('/sign-in')}?${query.toString()}`
}

export const browserNetwork: Network = {
  fetch: (address, init) => globalThis.fetch(address, init),
  now: () => Date.now(),
  root: rootPath,
  cookies: () => document.cookie,
  // Only secure places have locks; elsewhere tabs that refresh at once get the same successor from the server.
  exclusively: async (name, task) => (navigator.locks === undefined ? task() : await navigator.locks.request(name, task)),
  leave: () => {
    // A secret that is shown this once, and what somebody has typed: the dialog says what has happened, and leads to the sign-in in another tab.
    if (document.querySelector('dialog[open] :is(form, .secret)') !== null) return false
    location.assign(signInAddress(location))
    return true
  },
  startOver: () => location.reload(),
}
