// Once means once, however many processes serve: done-when 3 of signed requests.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { encodeBase64url, systemClock, systemRandom, toEpochSeconds } from 'countersign/core'
import { generateSigningKey, type SigningKey } from 'countersign/key'
import { createDpopProof } from 'countersign/token'
import { type Child, start } from '../../tool/child.ts'
import { CrashingServer } from '../fault/crashing-server.ts'
import { startPostgres } from '../service/postgres.ts'
import { startRedis } from '../service/redis.ts'
import { bytesOf, type Call, sendBytes, type Signer, signers } from './signed-call.ts'
import { ServerWorld } from './server-world.ts'

const COPIES = 64
const PASSWORD = 'correct horse battery'

/** Sends the same bytes to all of the addresses at once, so many times in all. */
async function statusesOf(urls: readonly string[], bytes: Uint8Array): Promise<readonly number[]> {
  const sent = Array.from({ length: COPIES }, (_, index) => sendBytes(Number(new URL(urls[index % urls.length] ?? '').port), bytes))
  return (await Promise.all(sent)).map(({ status }) => status)
}

/** The same for a proof that whoever sends a bound token has its key. */
async function requireOneProof(urls: readonly string[], address: URL, { key, token }: BoundToken): Promise<void> {
  const proof = proofOf(key, 'GET', address.href, token)
  const headers = { authorization: `DPoP ${token}`, dpop: proof }
  const statuses = await statusesOf(urls, bytesOf({ method: 'GET', target: address.pathname, headers }, address.host))
  assert.equal(statuses.filter((status) => status === 200).length, 1, statuses.join(' '))
  assert.equal(statuses.filter((status) => status === 401).length, COPIES - 1, statuses.join(' '))
}

interface BoundToken {
  readonly key: SigningKey
  readonly token: string
}

function proofOf(key: SigningKey, method: string, uri: string, accessToken?: string): string {
  const facts = { method, uri, id: encodeBase64url(systemRandom.bytes(16)), issuedAt: toEpochSeconds(systemClock.now()) }
  return createDpopProof(key, accessToken === undefined ? facts : { ...facts, accessToken })
}

async function requireOne(urls: readonly string[], call: Call, signer: Omit<Signer, 'atMs'>): Promise<void> {
  for (const form of Object.keys(signers) as (keyof typeof signers)[]) {
    const signed = await signers[form](call, { ...signer, atMs: systemClock.now() })
    const statuses = await statusesOf(urls, bytesOf(signed, signer.authority))
    assert.equal(statuses.filter((status) => status === 200).length, 1, `${form}: ${statuses.join(' ')}`)
    assert.equal(statuses.filter((status) => status === 401).length, COPIES - 1, `${form}: ${statuses.join(' ')}`)
  }
}

test('[A03] [A15] 64 copies at once to two services that share Redis: exactly one is let in', async () => {
  await using redis = await startRedis()
  await using world = await ServerWorld.open()
  const ann = await world.person()
  const { body } = await world.ask('POST', '/v1/access-keys', { token: ann.access_token, body: { name: 'signer' } })
  const { credential } = await world.service()
  const file = fileURLToPath(new URL('./signed-service-process.ts', import.meta.url))
  const env = { ISSUER: world.url, CREDENTIAL: credential, REDIS: redis.url }
  const children: readonly Child[] = await Promise.all([start(file, [], env), start(file, [], env)])
  try {
    const signer = { id: body.access_key.id, secret: body.secret_access_key, authority: 'api.example', scheme: 'https' as const }
    const call = { method: 'POST', target: '/api/signed', headers: { 'content-type': 'application/json' }, body: '{"pay":1}' }
    await requireOne(
      children.map(({ url }) => url),
      call,
      signer,
    )
    const key = generateSigningKey('ES256')
    const signIn = { body: { email: ann.email, password: PASSWORD }, headers: { dpop: proofOf(key, 'POST', `${world.url}/v1/sessions`) } }
    const { access_token: token } = (await world.ask('POST', '/v1/sessions', signIn)).body
    await requireOneProof(
      children.map(({ url }) => url),
      new URL('https://api.example/api/either'),
      { key, token },
    )
  } finally {
    await Promise.all(children.map((child) => child.kill('SIGKILL')))
  }
})

test('[A03] [A15] 64 copies at once to two servers on one PostgreSQL: exactly one is let in', async () => {
  await using postgres = await startPostgres()
  const environment = {
    COUNTERSIGN_DATABASE: await postgres.createDatabase(),
    COUNTERSIGN_SECRET: randomBytes(32).toString('base64url'),
    COUNTERSIGN_ISSUER: 'https://auth.fleet.example',
  }
  await using one = await CrashingServer.start(environment)
  await using other = await CrashingServer.start(environment)
  await one.createAdministrator('ann@example.com', PASSWORD)
  const session = await one.send('POST', '/v1/sessions', { body: { email: 'ann@example.com', password: PASSWORD } })
  const token = String(session.body['access_token'])
  const made = await one.send('POST', '/v1/access-keys', { token, body: { name: 'signer' } })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const { access_key: key, secret_access_key: secret } = made.body as { access_key: { id: string }; secret_access_key: string }
  const signer = { id: key.id, secret, authority: 'auth.fleet.example', scheme: 'https' as const }
  await requireOne([one.url, other.url], { method: 'GET', target: '/v1/me' }, signer)
  const dpopKey = generateSigningKey('ES256')
  const signedIn = await one.send('POST', '/v1/sessions', {
    body: { email: 'ann@example.com', password: PASSWORD },
    headers: { dpop: proofOf(dpopKey, 'POST', 'https://auth.fleet.example/v1/sessions') },
  })
  const bound = { key: dpopKey, token: String(signedIn.body['access_token']) }
  await requireOneProof([one.url, other.url], new URL('https://auth.fleet.example/v1/me'), bound)
})
