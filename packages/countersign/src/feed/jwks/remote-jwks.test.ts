import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock, systemPlatform } from '../../core/index.ts'
import { generateSigningKey } from '../../key/index.ts'
import { RemoteJwks } from './remote-jwks.ts'

const ISSUER = 'https://idp.example/realms/staff'
const key = generateSigningKey('ES256')
const jwks = { keys: [key.publicJwk] }

/** A network of documents; what is not there is 404. */
function network(documents: Readonly<Record<string, unknown>>) {
  const clock = new ManualClock(0)
  const asked: string[] = []
  const fetch = async (input: RequestInfo | URL): Promise<Response> => {
    const url = input instanceof Request ? input.url : String(input)
    asked.push(url)
    const document = documents[url]
    return document === undefined ? new Response(null, { status: 404 }) : Response.json(document)
  }
  return { clock, asked, platform: { ...systemPlatform, clock, fetch } }
}

const openId = `${ISSUER}/.well-known/openid-configuration`
const rfc8414 = 'https://idp.example/.well-known/oauth-authorization-server/realms/staff'
const CERTS = 'https://keys.example/certs'

for (const [what, where] of [
  ['OpenID Connect', openId],
  ['RFC 8414', rfc8414],
] as const) {
  test(`keys are found by the discovery of ${what}, on whatever host they are`, async () => {
    const { platform } = network({ [where]: { issuer: ISSUER, jwks_uri: CERTS }, [CERTS]: jwks })
    const keys = new RemoteJwks({ issuer: ISSUER, platform, maxAgeMs: 3_600_000 })
    assert.equal(keys.current(), undefined)
    assert.equal(await keys.lookUp(key.kid), 'found')
    assert.equal(keys.current()?.size, 1)
    assert.equal(keys.current(), keys.current())
  })
}

const wrong: readonly (readonly [what: string, document: unknown])[] = [
  ['of another issuer', { issuer: 'https://elsewhere.example', jwks_uri: CERTS }],
  ['without an address', { issuer: ISSUER }],
  ['with an address that is not protected', { issuer: ISSUER, jwks_uri: 'http://keys.example/certs' }],
  ['with a credential in the address', { issuer: ISSUER, jwks_uri: 'https://a:b@keys.example/certs' }],
  ['that is a list', []],
]

for (const [what, document] of wrong) {
  test(`a discovery document ${what} is not followed`, async () => {
    const { platform, asked } = network({ [openId]: document, [CERTS]: jwks, 'http://keys.example/certs': jwks })
    const keys = new RemoteJwks({ issuer: ISSUER, platform, maxAgeMs: 3_600_000 })
    assert.equal(await keys.lookUp(key.kid), 'unknown')
    assert.deepEqual(asked, [openId])
  })
}

test('keys are asked for again after a sixth of their greatest age, and no more often than the cool-down allows', async () => {
  const { platform, clock, asked } = network({ [CERTS]: jwks })
  const keys = new RemoteJwks({ issuer: ISSUER, jwksUri: CERTS, platform, maxAgeMs: 600_000 })
  await keys.lookUp(key.kid)
  for (let second = 0; second < 100; second++) {
    keys.current()
    clock.advance(1000)
  }
  assert.equal(asked.length, 1)
  clock.advance(1000)
  const before = keys.current()
  assert.equal(asked.length, 2)
  assert.equal(await keys.lookUp('elsewhere'), 'unknown')
  assert.equal(await keys.lookUp('elsewhere'), 'unknown')
  assert.equal(asked.length, 2)
  clock.advance(5000)
  assert.equal(await keys.lookUp('elsewhere'), 'absent')
  assert.equal(asked.length, 3)
  assert.equal(keys.current(), before, 'the same keys are the same object')
})
