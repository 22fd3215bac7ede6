/** What the claim `acr` of our tokens can say (RFC 9068 section 2.2.1): `mfa`, two factors; `phr`, a passkey, which nobody can be talked into showing elsewhere. */
export type AuthenticationContext = 'mfa' | 'phr'

const passkeys: readonly string[] = ['hwk', 'swk']
/** Method references (RFC 8176) by what they show. */
const knowledge: readonly string[] = ['pwd', 'pin', 'kba']
const possession: readonly string[] = ['otp', 'sms', 'sc', 'tel', ...passkeys]

/** How strong a sign-in was; undefined for a single factor. */
export function authenticationContext(amr: readonly string[]): AuthenticationContext | undefined {
  const shows = (methods: readonly string[]): boolean => methods.some((method) => amr.includes(method))
  if (shows(passkeys)) return 'phr'
  return amr.includes('mfa') || (shows(knowledge) && shows(possession)) ? 'mfa' : undefined
}

/** Whether a sign-in of this strength does where another is asked for by its name: a passkey is two factors as well. */
export const meets = (shown: string | undefined, wanted: string): boolean =>
  shown !== undefined && (shown === wanted || (wanted === 'mfa' && shown === 'phr'))
