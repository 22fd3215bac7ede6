import { AuthError } from 'countersign/core'
import { json } from '../../answer.ts'
import { totpEnrolmentSchema } from '../../factor-schema.ts'
import { qrCodeSvg } from '../../qr-code.ts'
import { recentSession } from '../../recent-sign-in.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const enrolTotp: Operation = defineRoute({
  operationId: 'enrolTotp',
  method: 'POST',
  path: '/v1/me/factors/totp',
  summary:
    'Begin to use an authenticator app (RFC 6238). The secret is shown here and never again; sign-in asks for codes once one was confirmed.',
  authority: 'session',
  enrols: true,
  responses: { 201: { description: 'The secret, as text, as a URI and as a QR code of that URI.', schema: totpEnrolmentSchema } },
  async handle({ caller }, services) {
    const { accounts, factors } = services
    const { user: id } = await recentSession(caller, services)
    const user = await accounts.find(id)
    if (user === undefined) throw new AuthError('not_found', { user: id })
    const { secret, uri } = await factors.enrol(user)
    return json(201, { secret, otpauth_uri: uri, qr_svg: qrCodeSvg(uri) })
  },
})
