import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from 'countersign/core'
import { ServerWorld } from './server-world.ts'
import { bytesOf, sendBytes, type Signer, signers } from './signed-call.ts'

/** Addresses as curl sends them, raw: each is another one once a URL parser had it. */
const spellings: Readonly<Record<string, string>> = {
  '/v1/me?': '200',
  '/./v1/me': '200',
  '/v1/users/../me': '200',
  '/v1/%2e/me': '200',
  '/v1/%6de': '200',
  "/v1/users?search=o'brien|{a}^`@example.com": '200',
  '/v1/users?search="<ann>"@example.com': '200',
  '/v1/users?search=ann%40example.com': '200',
  '/v1/users?search=a%2fb&search=a%2Fb': 'request_invalid',
  '/v1//me': 'not_found',
  '//v1/me': 'not_found',
  '/v1/access-keys/a%2fb': 'not_found',
}

async function adminKey(world: ServerWorld): Promise<Signer> {
  const { access_token: token } = await world.person(['admin'])
  const { status, body, text } = await world.ask('POST', '/v1/access-keys', { token, body: { name: 'signer' } })
  assert.equal(status, 201, text)
  return { id: body.access_key.id, secret: body.secret_access_key, authority: `127.0.0.1:${world.port}`, atMs: systemClock.now() }
}

test('[A01] the API of the server checks a signature over the address as it was sent, however it is spelt', async () => {
  await using world = await ServerWorld.open()
  const key = await adminKey(world)
  for (const form of ['http-message', 'sigv4', 'hawk', 'jwt'] as const) {
    for (const [target, expected] of Object.entries(spellings)) {
      const signer = { ...key, atMs: systemClock.now() }
      const signed = await signers[form]({ method: 'GET', target }, signer)
      const { status, body } = await sendBytes(world.port, bytesOf(signed, signer.authority))
      assert.equal(status === 200 ? '200' : JSON.parse(body).code, expected, `${form} ${target}: ${body}`)
    }
  }
})

test('[A02] a signature over one spelling of an address is none over another one', async () => {
  await using world = await ServerWorld.open()
  const key = await adminKey(world)
  const pairs = [
    ['/v1/me', '/v1/%6de'],
    ['/v1/%6de', '/v1/me'],
    ['/v1/me', '/./v1/me'],
    ['/v1/users?search=a%40b', '/v1/users?search=a@b'],
    ["/v1/users?search=a'b", '/v1/users?search=a%27b'],
  ] as const
  for (const [signedAs, sentAs] of pairs) {
    const signed = await signers['http-message']({ method: 'GET', target: signedAs }, { ...key, atMs: systemClock.now() })
    const { status, body } = await sendBytes(world.port, bytesOf({ ...signed, target: sentAs }, key.authority))
    assert.equal(status, 401, body)
    assert.equal(JSON.parse(body).code, 'signature_invalid')
  }
})

test('[A01] the API of the server takes a request whose line names the host as well', async () => {
  await using world = await ServerWorld.open()
  const key = await adminKey(world)
  const signed = await signers['http-message']({ method: 'GET', target: '/v1/me' }, { ...key, atMs: systemClock.now() })
  const { status, body } = await sendBytes(world.port, bytesOf({ ...signed, target: `${world.url}/v1/me` }, key.authority))
  assert.equal(status, 200, body)
})

test('bytes that no address has are refused before anybody looks at a signature', async () => {
  await using world = await ServerWorld.open()
  const bytes = bytesOf({ method: 'GET', target: '/v1/users?search=é' }, `127.0.0.1:${world.port}`)
  const { status, body } = await sendBytes(world.port, bytes)
  assert.equal(status, 400)
  assert.equal(JSON.parse(body).code, 'request_invalid')
})
