import * as z from 'zod'
import type { PasskeyAssertion, SessionRequest } from '../session/index.ts'
import type { Transport } from './browser/index.ts'
import type { Client } from './connection.ts'
import { deviceNameOf, deviceOf, deviceTokenOf } from './device.ts'
import { factorOf, factorProof } from './factor-schema.ts'
import { InvalidRequest } from './field-error.ts'
import { type GivenDevice, givenDevice } from './schema.ts'
import type { Services } from './services.ts'

interface Given {
  readonly device?: GivenDevice | undefined
  readonly transport: Transport
  readonly totp_code?: string | undefined
  readonly passkey?: PasskeyAssertion | undefined
  readonly recovery_code?: string | undefined
}

/** What every sign-in takes beside its first factor. */
export const signInMembers: {
  readonly device: z.ZodType<GivenDevice | undefined>
  readonly transport: z.ZodType<Transport>
  readonly totp_code: z.ZodType<string | undefined>
  readonly passkey: z.ZodType<PasskeyAssertion | undefined>
  readonly recovery_code: z.ZodType<string | undefined>
} = { device: givenDevice.optional(), transport: z.enum(['json', 'cookie']).default('json'), ...factorProof }

/** @throws {AuthError} for a page of another site; `request_invalid`, `proof_invalid`. */
export async function sessionRequestOf(
  given: Given,
  { request, client }: { readonly request: Request; readonly client: Client },
  { csrf, proofs, sessionCookies }: Pick<Services, 'csrf' | 'proofs' | 'sessionCookies'>,
): Promise<SessionRequest> {
  // Nobody is to be signed in as somebody else by another site.
  if (given.transport === 'cookie') csrf.requireOwnPage(request)
  const dpopKey = await proofs.keyOf(request)
  if (given.transport === 'cookie' && dpopKey !== undefined) {
    throw new InvalidRequest([
      { pointer: '/transport', detail: 'must be json for a session that is bound to a key: a cookie comes without a proof' },
    ])
  }
  return {
    device: deviceOf(request, client, deviceNameOf(given.device)),
    deviceToken: deviceTokenOf(given.device, request, sessionCookies),
    dpopKey,
    factor: factorOf(given),
  }
}
