import { AuthError } from '../../core/refusal.ts'

/** A refusal that names the part at fault, never its value. */
export const malformedOneTime = (part: string): AuthError => new AuthError('credential_malformed', { reason: 'one_time', part })
