import { AuthError, type EpochSeconds } from '../../core/index.ts'
import { parseDayKeyId, type RequestSignature, type SigV4Signature, type TimedRequestSignature } from '../../signature/index.ts'
import { type AccessKeyQuestion, providerName } from '../key-record/index.ts'

/** What has to be known of the key before a signature can be checked. @throws {AuthError} `signature_invalid`: signed with the key of another day. */
export function keyQuestion(signature: RequestSignature | SigV4Signature, windowSeconds: number): AccessKeyQuestion {
  const { form, keyId: id } = signature
  switch (form) {
    case 'sigv4':
    case 'sigv4-presigned': {
      const { date, region, service, provider } = (signature as SigV4Signature).scope
      return { id, form: 'sigv4', day: date, scope: { region, service, provider: providerName(provider) } }
    }
    case 'http-message':
      return messageKey(signature as TimedRequestSignature, windowSeconds)
    case 'hawk':
    case 'hawk-bewit':
      return { id, form: 'hawk' }
    case 'jwt':
      return { id, form: 'jwt' }
    case 'one-time':
      return { id, form: 'one-time' }
  }
}

/** The key of a day signs on that day, and whoever took it out before midnight may still use it for one window. */
function messageKey({ keyId, signedAt }: TimedRequestSignature, windowSeconds: number): AccessKeyQuestion {
  const today = dayOf(signedAt)
  const named = parseDayKeyId(keyId)
  if (named === undefined) return { id: keyId, form: 'http-message', day: today }
  const { id, day } = named
  if (day !== today && day !== dayOf(signedAt - windowSeconds))
    throw new AuthError('signature_invalid', { reason: 'key_of_another_day', key: id })
  return { id, form: 'http-message', day }
}

/** `20261122`, in UTC. */
const dayOf = (at: EpochSeconds): string => new Date(at * 1000).toISOString().slice(0, 10).replaceAll('-', '')
