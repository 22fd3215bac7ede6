import assert from 'node:assert/strict'
import type { ServerWorld } from './server-world.ts'

const REDIRECT = 'https://orders.example/callback'

/** RFC 7636 appendix B. */
const CODE_CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

/** Registers an application. @returns what it sends people to, as a path of the server. */
export async function clientAsks(world: ServerWorld, name = 'Harbour Orders'): Promise<string> {
  const { status, body, text } = await world.local('POST', '/v1/clients', { name, kind: 'confidential', redirect_uris: [REDIRECT] })
  assert.equal(status, 201, text)
  const query = new URLSearchParams({
    client_id: body.id,
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: 'openid email',
    code_challenge: CODE_CHALLENGE,
    code_challenge_method: 'S256',
  })
  return `/oauth/authorize?${query.toString()}`
}
