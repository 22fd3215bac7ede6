import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { decodeUtf8, ManualClock, systemPlatform } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'
import {
  awsProvider,
  deriveHawkKey,
  deriveMessageDayKey,
  deriveRequestJwtKey,
  deriveSigningKey,
  publicSignatureKey,
} from 'countersign/signature'
import { compactDecrypt, exportJWK, generateKeyPair } from 'jose'
import { type Reply, ServerWorld, type SignedInReply } from './server-world.ts'

const NOW = Date.UTC(2026, 10, 22, 12)
const TODAY = '20261122'
const SCOPE = { region: 'local', service: 'api', provider: 'aws' }
const FORMS = ['sigv4', 'http-message', 'hawk', 'jwt']

const claimsOf = (token: string): Record<string, unknown> => JSON.parse(decodeUtf8(Buffer.from(token.split('.')[1] ?? '', 'base64url')))
const basic = (id: string, secret: string): string => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
const fault = ({ status, body }: Reply): string =>
  `${status} ${body.code} ${(body.errors ?? []).map(({ pointer }: { pointer: string }) => pointer).join(' ')}`.trim()
const publicJwk = (type: 'ed25519' | 'rsa' | 'ec', options: object = {}): Record<string, unknown> => ({
  ...generateKeyPairSync(type as 'rsa', options as { modulusLength: number }).publicKey.export({ format: 'jwk' }),
})

suite('access keys', () => {
  const clock = new ManualClock(NOW)
  let world: ServerWorld
  let service: string
  let mira: SignedInReply

  before(async () => {
    world = await ServerWorld.open(
      { roleScopes: { staff: ['orders:read', 'orders:write'] }, accessTokenSeconds: 600 },
      { ...systemPlatform, clock },
    )
    service = (await world.service()).credential
    mira = await world.person(['staff', 'buyer'])
  })
  after(() => world[Symbol.asyncDispose]())

  const make = (body: object, token = mira.access_token): Promise<Reply> =>
    world.ask('POST', '/v1/access-keys', { token, body: { name: 'key', ...body } })
  const made = async (body: object = {}, token = mira.access_token): Promise<Reply['body']> => {
    const reply = await make(body, token)
    assert.equal(reply.status, 201, reply.text)
    return reply.body
  }
  const lookUp = (id: string, change: object = {}): Promise<Reply> =>
    world.ask('POST', '/v1/access-keys/lookup', { token: service, body: { id, forms: FORMS, day: TODAY, scope: SCOPE, ...change } })
  const exchange = (id: string, secret: string, body: object = {}): Promise<Reply> =>
    world.ask('POST', '/v1/temporary-credentials', { headers: { authorization: basic(id, secret) }, body })
  const remove = (id: string, token = mira.access_token): Promise<Reply> => world.ask('DELETE', `/v1/access-keys/${id}`, { token })

  test('[A01] a person makes a key in the form of Amazon’s tools; its secret is shown once and rests sealed', async () => {
    const { access_key: key, secret_access_key: secret } = await made({ name: ' laptop ', addresses: ['10.0.0.0/8'], window_seconds: 10 })
    assert.match(key.id, /^CSK[A-Z2-7]{17}$/)
    assert.match(secret, /^cs_sk_[A-Za-z0-9_-]{49}$/)
    assert.deepEqual(
      [key.name, key.user, key.service, key.scope, key.roles, key.addresses, key.window_seconds, key.status],
      ['laptop', mira.user.id, null, ['orders:read', 'orders:write'], null, ['10.0.0.0/8'], 10, 'active'],
    )
    const shown = await world.ask('GET', `/v1/access-keys/${key.id}`, { token: mira.access_token })
    assert.deepEqual(shown.body, { access_key: key })
    const listed = await world.ask('GET', '/v1/access-keys?limit=200', { token: mira.access_token })
    assert.ok(listed.body.access_keys.some(({ id }: { id: string }) => id === key.id))
    const folder = join(world.folder, 'data')
    const files = readdirSync(folder)
      .filter((name) => /^countersign\.db(-wal)?$/.test(name))
      .map((name) => readFileSync(join(folder, name), 'latin1'))
    assert.ok(files.join('').includes(key.id))
    assert.ok(!`${shown.text}${listed.text}${files.join('')}${world.lines.join('')}`.includes(secret.slice(6, 40)))
  })

  test('[A01] [A09] a verifier gets the keys of one day and scope, which sign as the secret does, and never the secret', async () => {
    const { access_key: key, secret_access_key: secret } = await made({
      scope: ['orders:read'],
      roles: ['buyer'],
      expires_at: '2026-12-01T00:00:00Z',
    })
    const { status, body, text } = await lookUp(key.id)
    assert.equal(status, 200)
    const { rev, keys, ...facts } = body
    assert.ok(Number.isInteger(rev))
    assert.deepEqual(facts, {
      ...{ id: key.id, kind: 'hmac', subject: mira.user.id, user: mira.user.id, scope: ['orders:read'], roles: ['buyer'], groups: [] },
      ...{ addresses: [], window_seconds: 120, expires_at: Date.UTC(2026, 11, 1) / 1000 },
    })
    const scope = { date: TODAY, region: 'local', service: 'api', provider: awsProvider }
    assert.deepEqual(keys, {
      sigv4: { day: TODAY, ...SCOPE, key: Buffer.from(deriveSigningKey(secret, scope)).toString('base64url') },
      http_message: { day: TODAY, key: Buffer.from(deriveMessageDayKey(secret, TODAY)).toString('base64url') },
      hawk: { key: deriveHawkKey(secret) },
      jwt: { key: Buffer.from(deriveRequestJwtKey(secret)).toString('base64url') },
    })
    assert.ok(!text.includes(secret.slice(6, 40)))
    const one = await lookUp(key.id, { forms: ['hawk'], day: undefined, scope: undefined })
    assert.deepEqual(Object.keys(one.body.keys), ['hawk'])
  })

  test('[A17] [I22] a token that was exchanged for a key is no person either', async () => {
    const operator = await world.person(['admin', 'staff'])
    for (const person of [mira, operator]) {
      const { access_key: key, secret_access_key: secret } = await made({}, person.access_token)
      const token = (await exchange(key.id, secret, { type: 'token' })).body.access_token
      assert.equal((await world.ask('GET', '/v1/me', { token })).status, 200)
      const refused: readonly (readonly [method: string, path: string, body?: object])[] = [
        ['POST', '/v1/access-keys', { name: 'second' }],
        ['DELETE', `/v1/access-keys/${key.id}`],
        ['GET', '/v1/sessions'],
        ['DELETE', `/v1/sessions/${person.session.id}`],
        ['PUT', '/v1/me/password', { current_password: 'a wrong password', new_password: 'another long passphrase' }],
      ]
      for (const [method, path, body] of refused) {
        assert.equal(fault(await world.ask(method, path, body === undefined ? { token } : { token, body })), '403 session_required', path)
      }
    }
  })

  test('the secrets of Hawk and JWT clients are given with the secret where they are asked for', async () => {
    const { secret_access_key: secret, derived_keys: derived } = await made({ derived: ['hawk', 'jwt'] })
    assert.deepEqual(derived, { hawk: deriveHawkKey(secret), jwt: Buffer.from(deriveRequestJwtKey(secret)).toString('base64url') })
    assert.equal((await made({})).derived_keys, undefined)
  })

  test('[A09] a look-up names a day that somebody may sign on, and a scope for SigV4', async () => {
    const { access_key: key } = await made()
    assert.equal((await lookUp(key.id, { day: '20261123' })).status, 200)
    assert.equal((await lookUp(key.id, { day: '20261115' })).status, 200)
    for (const day of ['20261124', '20261114', '20261131', '00000000'])
      assert.equal(fault(await lookUp(key.id, { day })), '400 request_invalid /day')
    assert.equal(fault(await lookUp(key.id, { scope: undefined })), '400 request_invalid /scope')
    assert.equal(fault(await lookUp(key.id, { day: undefined, forms: ['http-message'] })), '400 request_invalid /day')
    for (const id of ['CSKAAAAAAAAAAAAAAAAA2', 'CSKAAAAAAAAAAAAAAAAAA', 'svc_x', '__proto__'])
      assert.equal(fault(await lookUp(id)), '404 not_found')
  })

  for (const [name, jwk, alg] of [
    ['Ed25519', publicJwk('ed25519'), 'EdDSA'],
    ['P-256', publicJwk('ec', { namedCurve: 'P-256' }), 'ES256'],
    ['P-384', publicJwk('ec', { namedCurve: 'P-384' }), 'ES384'],
    ['RSA', { ...publicJwk('rsa', { modulusLength: 2048 }), alg: 'PS512' }, 'PS512'],
  ] as const) {
    test(`[A11] a caller registers a public ${name} key, and no secret exists`, async () => {
      const body = await made({ public_key: { ...jwk, key_ops: ['verify'], ext: true } })
      assert.deepEqual(Object.keys(body), ['access_key'])
      assert.deepEqual([body.access_key.kind, body.access_key.public_key], ['public', { ...jwk, alg }])
      const { keys, kind } = (await lookUp(body.access_key.id)).body
      assert.equal(kind, 'public')
      assert.deepEqual(Object.keys(keys), ['public'])
      assert.doesNotThrow(() => publicSignatureKey(keys.public))
    })
  }

  test('[A11] a key that is private, too small, off its curve or of an unknown kind is refused, and not repeated', async () => {
    const pair = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
    const refused = await make({ public_key: pair })
    assert.equal(fault(refused), '400 request_invalid /public_key/d')
    assert.ok(!refused.text.includes(String(pair['d'])))
    const ec = publicJwk('ec', { namedCurve: 'P-256' })
    const wrong: readonly object[] = [
      { ...publicJwk('rsa', { modulusLength: 1024 }), alg: 'RS256' },
      publicJwk('rsa', { modulusLength: 2048 }),
      { ...ec, x: ec['y'], y: ec['x'] },
      { ...ec, alg: 'ES384' },
      { ...ec, use: 'enc' },
      { kty: 'OKP', crv: 'X25519', x: publicJwk('ed25519')['x'] },
      { kty: 'EC', crv: 'P-256' },
      { kty: 'OKP' },
    ]
    for (const jwk of wrong) assert.equal(fault(await make({ public_key: jwk })), '400 request_invalid /public_key', JSON.stringify(jwk))
  })

  for (const curve of ['X25519', 'P-256'] as const) {
    test(`[A11] a secret is delivered to an ephemeral ${curve} key and to nobody else`, async () => {
      const pair = await generateKeyPair('ECDH-ES', { crv: curve, extractable: true })
      const deliver_to = await exportJWK(pair.publicKey)
      const reply = await make({ deliver_to, derived: ['hawk'] })
      assert.equal(reply.status, 201, reply.text)
      assert.deepEqual(Object.keys(reply.body), ['access_key', 'encrypted'])
      const { plaintext, protectedHeader } = await compactDecrypt(reply.body.encrypted, pair.privateKey)
      assert.deepEqual([protectedHeader.alg, protectedHeader.enc], ['ECDH-ES', 'A256GCM'])
      const secrets = JSON.parse(decodeUtf8(plaintext))
      assert.equal(secrets.access_key_id, reply.body.access_key.id)
      assert.equal(secrets.derived_keys.hawk, deriveHawkKey(secrets.secret_access_key))
      assert.equal((await exchange(secrets.access_key_id, secrets.secret_access_key)).status, 201)
      const other = await generateKeyPair('ECDH-ES', { crv: curve })
      await assert.rejects(compactDecrypt(reply.body.encrypted, other.privateKey))
      const temporary = await world.ask('POST', '/v1/temporary-credentials', { token: mira.access_token, body: { deliver_to } })
      const opened = JSON.parse(decodeUtf8((await compactDecrypt(temporary.body.encrypted, pair.privateKey)).plaintext))
      assert.match(opened.session_token, /^cs_st_/)
      assert.deepEqual(Object.keys(temporary.body).sort(), ['access_key_id', 'encrypted', 'expiration'])
    })
  }

  test('[A11] a recipient to whom nothing can be encrypted is refused before a key is made', async () => {
    const before = (await world.local('GET', '/v1/access-keys?limit=200')).text
    const x = Buffer.alloc(32).toString('base64url')
    for (const deliver_to of [
      publicJwk('ed25519'),
      { kty: 'OKP', crv: 'X25519', x },
      { kty: 'EC', crv: 'P-256', x, y: x },
      { kty: 'OKP', crv: 'X25519' },
    ])
      assert.equal(fault(await make({ deliver_to })), '400 request_invalid /deliver_to')
    assert.equal((await world.local('GET', '/v1/access-keys?limit=200')).text, before)
  })

  test('a key gets no more than its owner and its maker have', async () => {
    assert.equal(fault(await make({ scope: ['orders:read', 'admin:all'] })), '400 request_invalid /scope')
    assert.equal(fault(await make({ roles: ['admin'] })), '400 request_invalid /roles')
    assert.equal(fault(await make({ user: 'usr_x' })), '403 role_insufficient')
    assert.equal(fault(await make({ service: 'svc_x' })), '403 role_insufficient')
    assert.equal(fault(await make({ user: mira.user.id, service: 'svc_x' })), '400 request_invalid /service')
    assert.equal(fault(await make({ addresses: ['10.0.0.0/33'] })), '400 request_invalid /addresses')
    assert.equal(fault(await make({ expires_at: '2026-11-22T12:00:00Z' })), '400 request_invalid /expires_at')
    for (const window_seconds of [1, 901, 2.5]) assert.equal(fault(await make({ window_seconds })), '400 request_invalid /window_seconds')
    const orders = await world.service('orders')
    const forService = await world.local('POST', '/v1/access-keys', { name: 'k', service: orders.id, scope: ['any:thing'] })
    assert.equal(forService.status, 201)
    const record = (await lookUp(forService.body.access_key.id)).body
    assert.deepEqual(
      [record.service, record.user, record.subject, record.scope, record.roles],
      [orders.id, undefined, orders.id, ['any:thing'], []],
    )
    assert.equal(fault(await world.local('POST', '/v1/access-keys', { name: 'k' })), '400 request_invalid /user')
    assert.equal(fault(await world.local('POST', '/v1/access-keys', { name: 'k', user: 'usr_x' })), '400 request_invalid /user')
    assert.equal(fault(await world.local('POST', '/v1/access-keys', { name: 'k', service: 'svc_x' })), '400 request_invalid /service')
    const operator = await world.person(['admin'])
    assert.equal((await make({ user: mira.user.id, scope: ['orders:read'] }, operator.access_token)).status, 201)
  })

  test('a key is its owner’s: to others it does not exist', async () => {
    const { access_key: key } = await made()
    const other = await world.person(['staff'])
    const asks: ReadonlyArray<readonly [method: string, path: string, body?: object]> = [
      ['GET', ''],
      ['DELETE', ''],
      ['PATCH', '', { name: 'mine' }],
      ['POST', '/rotate', {}],
    ]
    for (const [method, path, body] of asks) {
      const reply = await world.ask(method, `/v1/access-keys/${key.id}${path}`, { token: other.access_token, ...(body && { body }) })
      assert.equal(fault(reply), '404 not_found', method)
    }
    assert.equal((await lookUp(key.id)).status, 200)
    assert.equal(
      fault(await world.ask('GET', `/v1/access-keys?user=${mira.user.id}`, { token: other.access_token })),
      '403 role_insufficient',
    )
  })

  for (const [path, list] of Object.entries({ 'access-keys': 'access_keys', 'api-keys': 'api_keys' })) {
    test(`operators see the keys of everyone under /v1/${path}, and nobody else does`, async () => {
      const [owner, operator] = [await world.person(['staff']), await world.person(['admin'])]
      const key = await world.ask('POST', `/v1/${path}`, { token: owner.access_token, body: { name: 'script' } })
      const { id } = Object.values<{ id: string }>(key.body).find((each) => typeof each === 'object') ?? assert.fail(key.text)
      const ask = (query: string, { access_token: token }: SignedInReply): Promise<Reply> =>
        world.ask('GET', `/v1/${path}?${query}`, { token })
      const idsOf = ({ body }: Reply): string[] => body[list].map((each: { id: string }) => each.id)
      assert.deepEqual(idsOf(await ask('limit=200', operator)), [], 'without asking: their own')
      const seen: string[] = []
      for (let after = ''; ; ) {
        const page = await ask(`everyone=true&limit=1${after}`, operator)
        seen.push(...idsOf(page))
        if (page.body.next === null) break
        after = `&after=${page.body.next}`
      }
      assert.ok(seen.includes(id))
      assert.equal(new Set(seen).size, seen.length)
      assert.equal(fault(await ask('everyone=true', owner)), '403 role_insufficient')
      assert.equal(fault(await ask(`everyone=true&user=${owner.user.id}`, operator)), '400 request_invalid /everyone')
      assert.equal(fault(await ask('everyone=false', operator)), '400 request_invalid /everyone')
    })
  }

  test('[A09] [I03] what its owner loses, the key loses; it dies with its owner, when it is switched off, and when it is removed', async () => {
    const owner = await world.person(['staff', 'buyer'])
    const { access_key: key } = await made({ scope: ['orders:read'] }, owner.access_token)
    const rev = (await lookUp(key.id)).body.rev
    await world.local('PATCH', `/v1/users/${owner.user.id}`, { roles: ['buyer'] })
    const less = (await lookUp(key.id)).body
    assert.deepEqual([less.scope, less.roles], [[], ['buyer']])
    assert.ok(less.rev > rev)
    const patch = async (body: object): Promise<Reply> => world.local('PATCH', `/v1/access-keys/${key.id}`, body)
    assert.equal((await patch({ status: 'disabled' })).body.access_key.status, 'disabled')
    assert.equal(fault(await lookUp(key.id)), '404 not_found')
    await patch({ status: 'active' })
    assert.equal((await lookUp(key.id)).status, 200)
    await world.local('PATCH', `/v1/users/${owner.user.id}`, { status: 'suspended' })
    assert.equal(fault(await lookUp(key.id)), '404 not_found')
    await world.local('PATCH', `/v1/users/${owner.user.id}`, { status: 'active' })
    assert.equal((await lookUp(key.id)).status, 200)
    assert.equal((await world.local('DELETE', `/v1/access-keys/${key.id}`)).status, 204)
    assert.equal(fault(await lookUp(key.id)), '404 not_found')
    assert.equal(fault(await world.local('DELETE', `/v1/access-keys/${key.id}`)), '404 not_found')
  })

  test('a change is told to verifiers by its place in the log, and one that changes nothing is refused', async () => {
    const { access_key: key } = await made({ addresses: ['10.0.0.0/8'], roles: ['staff'] })
    const before = (await lookUp(key.id)).body
    const ask = (body: object): Promise<Reply> => world.ask('PATCH', `/v1/access-keys/${key.id}`, { token: mira.access_token, body })
    const changed = await ask({
      scope: ['orders:read'],
      addresses: [],
      roles: null,
      window_seconds: 2,
      expires_at: '2026-11-23T00:00:00Z',
      rotate_by: '2026-11-22T13:00:00Z',
    })
    assert.equal(changed.status, 200, changed.text)
    const { rev, ...record } = (await lookUp(key.id)).body
    assert.ok(rev > before.rev)
    assert.deepEqual(
      [record.scope, record.addresses, record.roles, record.window_seconds, record.expires_at, record.rotate_by],
      [['orders:read'], [], ['staff', 'buyer'], 2, Date.UTC(2026, 10, 23) / 1000, (NOW + 3_600_000) / 1000],
    )
    assert.equal((await ask({ expires_at: null, rotate_by: null })).body.access_key.expires_at, null)
    assert.equal(fault(await ask({})), '400 request_invalid')
    assert.equal(fault(await ask({ scope: ['admin:all'] })), '400 request_invalid /scope')
  })

  test('[A10] a key is replaced with an overlap, and its record names the successor meanwhile', async () => {
    const { access_key: key, secret_access_key: old } = await made({ scope: ['orders:read'], rotate_every_seconds: 3600 })
    assert.equal(key.rotate_by, new Date(NOW + 3_600_000).toISOString())
    const rotate = (body: object = {}): Promise<Reply> =>
      world.ask('POST', `/v1/access-keys/${key.id}/rotate`, { token: mira.access_token, body })
    const { status, body } = await rotate()
    assert.equal(status, 201)
    const successor = body.access_key
    assert.notEqual(body.secret_access_key, old)
    assert.deepEqual([successor.scope, successor.rotate_by], [['orders:read'], new Date(NOW + 3_600_000).toISOString()])
    const record = (await lookUp(key.id)).body
    assert.deepEqual([record.successor, record.expires_at], [successor.id, NOW / 1000 + 60])
    assert.equal((await lookUp(successor.id)).status, 200)
    assert.equal(fault(await rotate()), '409 conflict')
    const prolonged = await world.ask('PATCH', `/v1/access-keys/${key.id}`, { token: mira.access_token, body: { expires_at: null } })
    assert.equal(fault(prolonged), '400 request_invalid /expires_at')
  })

  test('[A10] of many replacements at once one is made', async () => {
    const { access_key: key } = await made()
    const ask = (): Promise<Reply> =>
      world.ask('POST', `/v1/access-keys/${key.id}/rotate`, { token: mira.access_token, body: { overlap_seconds: 0 } })
    const replies = await Promise.all(Array.from({ length: 10 }, ask))
    assert.deepEqual(
      [201, 409].map((code) => replies.filter(({ status }) => status === code).length),
      [1, 9],
    )
    assert.equal(fault(await lookUp(key.id)), '404 not_found')
  })

  test('[A10] a public key is replaced by the next one of the caller', async () => {
    const { access_key: key } = await made({ public_key: publicJwk('ed25519') })
    const rotate = (body: object): Promise<Reply> =>
      world.ask('POST', `/v1/access-keys/${key.id}/rotate`, { token: mira.access_token, body })
    assert.equal(fault(await rotate({})), '400 request_invalid /public_key')
    const next = publicJwk('ec', { namedCurve: 'P-256' })
    assert.deepEqual((await rotate({ public_key: next })).body.access_key.public_key, { ...next, alg: 'ES256' })
    const { access_key: secretKey } = await made()
    const wrong = await world.ask('POST', `/v1/access-keys/${secretKey.id}/rotate`, {
      token: mira.access_token,
      body: { public_key: next },
    })
    assert.equal(fault(wrong), '400 request_invalid /public_key')
  })

  test('[A17] a session is exchanged for a temporary key that is capped and ends with the session', async () => {
    const owner = await world.person(['staff', 'buyer'])
    const body = { duration_seconds: 60, scope: ['orders:read'], roles: [] }
    const reply = await world.ask('POST', '/v1/temporary-credentials', { token: owner.access_token, body })
    assert.equal(reply.status, 201, reply.text)
    const { access_key_id: id, secret_access_key: secret, session_token: sessionToken, expiration } = reply.body
    assert.equal(expiration, new Date(NOW + 60_000).toISOString())
    const record = (await lookUp(id)).body
    assert.deepEqual(
      [record.scope, record.roles, record.session, record.expires_at, record.session_token_hash],
      [['orders:read'], [], owner.session.id, NOW / 1000 + 60, sha256Base64url(sessionToken)],
    )
    assert.equal(fault(await exchange(id, secret)), '401 access_key_invalid')
    const rotated = await world.ask('POST', `/v1/access-keys/${id}/rotate`, { token: owner.access_token, body: {} })
    assert.equal(fault(rotated), '409 conflict')
    const longer = await world.ask('PATCH', `/v1/access-keys/${id}`, {
      token: owner.access_token,
      body: { expires_at: '2027-01-01T00:00:00Z' },
    })
    assert.equal(fault(longer), '400 request_invalid /expires_at')
    for (const wrong of [
      { scope: ['x'] },
      { roles: ['admin'] },
      { duration_seconds: 59 },
      { duration_seconds: 43_201 },
      { type: 'token' },
    ]) {
      const refused = await world.ask('POST', '/v1/temporary-credentials', { token: owner.access_token, body: wrong })
      assert.equal(fault(refused), `400 request_invalid /${Object.keys(wrong)[0]}`)
    }
    await world.ask('DELETE', '/v1/sessions/current', { token: owner.access_token })
    assert.equal(fault(await lookUp(id)), '404 not_found')
  })

  test('[A17] key id and secret, in one call, become a token that ends with the key', async () => {
    const { access_key: key, secret_access_key: secret } = await made({ scope: ['orders:read'] })
    const { status, body } = await exchange(key.id, secret, { type: 'token', roles: ['buyer'] })
    assert.equal(status, 201)
    assert.deepEqual([body.token_type, body.expires_in], ['Bearer', 600])
    const claims = claimsOf(body.access_token)
    assert.deepEqual(
      [claims['sub'], claims['client_id'], claims['sid'], claims['scope'], claims['roles']],
      [mira.user.id, key.id, undefined, 'orders:read', ['buyer']],
    )
    assert.equal(await world.verdictOn(body.access_token), '200')
    assert.equal((await exchange(key.id, secret, { type: 'token', duration_seconds: 60 })).body.expires_in, 60)
    // What was exchanged makes nothing that lasts longer.
    for (const [method, path, sent] of [
      ['POST', '/v1/access-keys', { name: 'k' }],
      ['POST', '/v1/temporary-credentials', {}],
      ['POST', `/v1/access-keys/${key.id}/rotate`, {}],
      ['PATCH', `/v1/access-keys/${key.id}`, { addresses: [] }],
      ['DELETE', `/v1/access-keys/${key.id}`, undefined],
    ] as const) {
      const reply = await world.ask(method, path, { token: body.access_token, ...(sent && { body: sent }) })
      assert.equal(fault(reply), '403 session_required', `${method} ${path}`)
    }
    assert.equal((await remove(key.id)).status, 204)
    assert.equal(await world.verdictOn(body.access_token), 'token_revoked')
    assert.equal(fault(await exchange(key.id, secret)), '401 access_key_invalid')
  })

  test('[A17] the token of a service’s key names no user', async () => {
    const orders = await world.service('orders')
    const made = await world.local('POST', '/v1/access-keys', { name: 'k', service: orders.id, scope: ['stock:read'] })
    const { access_key: key, secret_access_key: secret } = made.body
    const claims = claimsOf((await exchange(key.id, secret, { type: 'token' })).body.access_token)
    assert.deepEqual([claims['sub'], claims['client_id'], claims['scope'], claims['roles']], [key.id, key.id, 'stock:read', undefined])
  })

  test('[A17] a temporary key has what its key has now, hangs on the successor of a replaced key, and ends with it', async () => {
    const { access_key: key, secret_access_key: secret } = await made({ addresses: ['127.0.0.0/8'], window_seconds: 5 })
    const temporary = (await exchange(key.id, secret, { duration_seconds: 43_200 })).body
    const id = temporary.access_key_id
    const first = (await lookUp(id)).body
    assert.deepEqual([first.addresses, first.window_seconds, first.scope], [['127.0.0.0/8'], 5, ['orders:read', 'orders:write']])
    await world.ask('PATCH', `/v1/access-keys/${key.id}`, {
      token: mira.access_token,
      body: { scope: ['orders:read'], addresses: ['127.0.0.1'] },
    })
    const second = (await lookUp(id)).body
    assert.deepEqual([second.addresses, second.scope], [['127.0.0.1'], ['orders:read']])
    assert.ok(second.rev > first.rev)
    const { body } = await world.ask('POST', `/v1/access-keys/${key.id}/rotate`, { token: mira.access_token, body: { overlap_seconds: 0 } })
    assert.equal((await lookUp(id)).status, 200)
    await world.ask('PATCH', `/v1/access-keys/${body.access_key.id}`, { token: mira.access_token, body: { status: 'disabled' } })
    assert.equal(fault(await lookUp(id)), '404 not_found')
    await world.ask('PATCH', `/v1/access-keys/${body.access_key.id}`, { token: mira.access_token, body: { status: 'active' } })
    assert.equal((await lookUp(id)).status, 200)
    assert.equal((await remove(body.access_key.id)).status, 204)
    assert.equal(fault(await lookUp(id)), '404 not_found')
  })

  test('[A13] [A17] a secret is exchanged from its addresses only, and whoever has not got it learns nothing of them', async () => {
    const { access_key: key, secret_access_key: secret } = await made({ addresses: ['192.0.2.0/24'] })
    assert.equal(fault(await exchange(key.id, secret)), '401 address_not_allowed')
    assert.equal(fault(await exchange(key.id, `${secret.slice(0, -1)}?`)), '401 access_key_invalid')
  })

  test('[A17] [I17] an unknown key, a wrong secret, a key that is off and a public key get the same answer', async () => {
    const good = await made()
    const off = await made()
    await world.ask('PATCH', `/v1/access-keys/${off.access_key.id}`, { token: mira.access_token, body: { status: 'disabled' } })
    const open = await made({ public_key: publicJwk('ed25519') })
    const replies = await Promise.all([
      exchange('CSKAAAAAAAAAAAAAAAAA', good.secret_access_key),
      exchange('x', 'y'),
      exchange(good.access_key.id, off.secret_access_key),
      exchange(good.access_key.id, ''),
      exchange(good.access_key.id, 'x'.repeat(300)),
      exchange(off.access_key.id, off.secret_access_key),
      exchange(open.access_key.id, good.secret_access_key),
    ])
    const shapes = replies.map(({ status, body, headers }) => ({
      status,
      ...body,
      instance: '',
      challenge: headers.get('www-authenticate'),
    }))
    for (const shape of shapes) assert.deepEqual(shape, shapes[0])
    assert.equal(shapes[0]?.code, 'access_key_invalid')
    for (const authorization of [
      'Basic',
      'Basic x',
      'Basic !!!',
      `Basic ${Buffer.from('nocolon').toString('base64')}`,
      'Basic w4M6w4M',
      `Basic ${'QUFB'.repeat(400)}`,
    ]) {
      const { status, body } = await world.ask('POST', '/v1/temporary-credentials', { headers: { authorization }, body: {} })
      assert.deepEqual([status, body.code], [401, 'credential_malformed'], authorization.slice(0, 30))
    }
  })

  test('what has expired is no key any more, and is dropped', async () => {
    const { access_key: key } = await made({ expires_at: new Date(NOW + 30_000).toISOString() })
    clock.advance(29_999)
    assert.equal((await lookUp(key.id)).status, 200)
    clock.advance(1)
    assert.equal(fault(await lookUp(key.id)), '404 not_found')
    assert.equal((await world.local('GET', `/v1/access-keys/${key.id}`)).status, 200)
    clock.advance(60_000)
    const verdict = async (): Promise<string> => fault(await world.ask('GET', `/v1/access-keys/${key.id}`, { token: mira.access_token }))
    for (let attempt = 0; attempt < 500 && (await verdict()) !== '404 not_found'; attempt++);
    assert.equal(await verdict(), '404 not_found')
  })
})
