import type { Clock } from 'countersign/core'
import type { ClientAuthMethod, Configuration } from 'oidc-provider'
import { subjects } from './certificate-subject.ts'
import { currentCall, type PresentedCertificate } from './oauth-call.ts'

/** What of RFC 8705 can work: whether certificates reach us at all, and whether somebody has checked who signed them. */
export interface CertificateSupport {
  readonly arrive: boolean
  readonly areVerified: boolean
}

/** Neither before nor after its dates, whoever has signed it: nobody else looks at those of a certificate that signs itself. */
export function livingCertificate(presented: PresentedCertificate | undefined, clock: Clock): PresentedCertificate | undefined {
  if (presented === undefined) return undefined
  const { validFromDate, validToDate } = presented.certificate
  const now = clock.now()
  return validFromDate.getTime() <= now && now <= validToDate.getTime() ? presented : undefined
}

export const mutualTlsMethods = ({ arrive, areVerified }: CertificateSupport): readonly ClientAuthMethod[] => [
  ...(arrive ? (['self_signed_tls_client_auth'] as const) : []),
  ...(arrive && areVerified ? (['tls_client_auth'] as const) : []),
]

type MutualTls = NonNullable<NonNullable<Configuration['features']>['mTLS']>

/**
 * RFC 8705 in the protocol library. Binding is always known to it: who was registered as bound, or holds a refresh token that is, gets nothing
 * without a certificate, also where none can arrive any more.
 */
export const mutualTls = ({ arrive, areVerified }: CertificateSupport): MutualTls => ({
  enabled: true,
  certificateBoundAccessTokens: true,
  selfSignedTlsClientAuth: arrive,
  tlsClientAuth: arrive && areVerified,
  getCertificate: () => currentCall().certificate?.certificate,
  certificateAuthorized: () => currentCall().certificate?.isVerified === true,
  certificateSubjectMatches(_ctx, property, expected) {
    const presented = currentCall().certificate
    return presented !== undefined && subjects[property].isOf(presented.certificate, expected)
  },
})
