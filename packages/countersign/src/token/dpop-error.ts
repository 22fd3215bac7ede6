import { AuthError, type RefusalDetail } from '../core/refusal.ts'

/** Refusals that are about a proof of possession, not about the token beside it (RFC 9449 sections 7.1 and 9). */
export type DpopRefusalCode = 'proof_invalid' | 'proof_nonce_required' | 'request_expired' | 'request_replayed'

/** A refusal whose challenge is that of the scheme `DPoP`. */
export class DpopError extends AuthError {
  constructor(code: DpopRefusalCode, detail: RefusalDetail, options?: ErrorOptions) {
    super(code, detail, options)
    this.name = 'DpopError'
  }
}

export const proofInvalid = (reason: string, cause?: unknown): DpopError =>
  new DpopError('proof_invalid', { reason }, cause === undefined ? undefined : { cause })
