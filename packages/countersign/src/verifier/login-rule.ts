/** What a route asks of the sign-in behind a token, beside how long ago it was. Every member may be left out. */
export interface LoginRequirement {
  /**
   * How strongly the user must have proved who they are: one of these values of `acr`, the preferred one first (RFC 9470). Of our own tokens `mfa` stands
   * for two factors, and `phr` for one that nobody can be talked into showing elsewhere: a passkey. Where `mfa` will do, `phr` does.
   */
  readonly acr?: string | readonly string[]
  /** By which methods they must have proved it (`amr`, RFC 8176), such as `otp` or `hwk`: all of them. */
  readonly methods?: string | readonly string[]
  /** The request must come from the network address of the login; of IPv6 the first 64 bits count. Behind proxies this needs `trustedProxies`. */
  readonly sameAddress?: boolean
  /**
   * The request must come from the device of the login: from who holds the key, where the session is bound to one (RFC 9449), otherwise from a browser of
   * the same make. The make is what a client says of itself: that stops nobody who knows what to say.
   */
  readonly sameDevice?: boolean
}

/** The same, parsed. */
export interface LoginRule {
  readonly acr: readonly string[]
  readonly methods: readonly string[]
  readonly sameAddress: boolean
  readonly sameDevice: boolean
}

export const loginMembers = ['acr', 'methods', 'sameAddress', 'sameDevice'] as const

/** What may stand in a challenge as one of several. */
const nameForm = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/

/** @returns undefined where nothing is asked. @throws {TypeError} */
export function parseLogin({ acr, methods, sameAddress, sameDevice }: LoginRequirement): LoginRule | undefined {
  const rule = {
    acr: parseNames('acr', acr),
    methods: parseNames('methods', methods),
    sameAddress: parseSwitch('sameAddress', sameAddress),
    sameDevice: parseSwitch('sameDevice', sameDevice),
  }
  const asks = rule.acr.length + rule.methods.length > 0 || rule.sameAddress || rule.sameDevice
  return asks ? Object.freeze(rule) : undefined
}

function parseNames(member: string, given: string | readonly string[] | undefined): readonly string[] {
  if (given === undefined) return []
  const names = typeof given === 'string' ? given.split(' ') : [...given]
  // An empty text or list is a mistake, not the wish to ask for nothing.
  if (names.length === 0 || !names.every((name) => typeof name === 'string' && nameForm.test(name))) {
    throw new TypeError(`${member} must name one or more values`)
  }
  return Object.freeze(names)
}

function parseSwitch(member: string, given: unknown): boolean {
  if (given !== undefined && typeof given !== 'boolean') throw new TypeError(`${member} must be true or false`)
  return given === true
}
