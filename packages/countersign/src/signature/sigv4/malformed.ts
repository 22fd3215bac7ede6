import { AuthError } from '../../core/refusal.ts'

/** A refusal that names the part of the signature, never its value. */
export const malformedSigV4 = (part: string, hint?: string): AuthError =>
  new AuthError('credential_malformed', { reason: 'sigv4', part, ...(hint === undefined ? {} : { hint }) })
