import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { TargetKind } from 'countersign/revocation'
import { generateSigningKey } from 'countersign/key'
import { GuardedService } from './guarded-service.ts'
import { mounts } from './mount.ts'

const targets: readonly (readonly [TargetKind, string])[] = [
  ['everyone', ''],
  ['issuer', ''],
  ['client', 'app'],
  ['role', 'staff'],
  ['group', 'grp_north'],
  ['user', 'usr_ann'],
  ['session', 'ses_1'],
]

const strangeTargets = [
  '//orders',
  '/orders%2F',
  '/orders%2f',
  '/%6frders',
  '/orders;x',
  '/orders;x=/public',
  '/./orders',
  '/public/../orders',
  '/public/%2e%2e/orders',
  '/orders/',
  '/ORDERS',
  '/Orders',
  '/orders?x=/public',
  '/orders%00',
  '/orders#x',
  '/orders%20',
  '\\orders',
  'http://x/orders',
  'http://user:pass@x/orders',
  'https://x//orders',
]

for (const [name, mount] of Object.entries(mounts)) {
  suite(`a guarded route behind ${name}`, () => {
    test('[D04] answers 401 with a challenge when nobody says who they are', async () => {
      await using service = await GuardedService.open(mount)
      const response = await service.refuses('/orders', undefined, 'credential_missing')
      assert.equal(response.status, 401)
      assert.equal(response.headers.get('www-authenticate'), 'Bearer, DPoP algs="ES256 EdDSA RS256 PS256"')
      assert.equal(service.handled, 0)
    })

    test('gives the handler the principal of a good token, first seen or seen before', async () => {
      await using service = await GuardedService.open(mount)
      const token = service.issuer.token()
      for (let time = 0; time < 3; time++) {
        const { status, body } = await service.get('/orders', token)
        assert.equal(status, 200)
        assert.deepEqual(JSON.parse(body), { user: 'usr_ann', roles: ['staff'] })
      }
      assert.equal(service.handled, 3)
    })

    test('refuses what is no credential', async () => {
      await using service = await GuardedService.open(mount)
      const token = service.issuer.token()
      for (const value of [
        '',
        'Bearer',
        'Basic dTpw',
        token,
        `Bearer ${token} x`,
        `Bearer ${token},`,
        'Bearer a.b',
        `Bearer ${'a'.repeat(9000)}`,
      ]) {
        const response = await service.send({ target: '/orders', headers: [['Authorization', value]] })
        service.isRefused(response, 'credential_malformed')
        assert.equal(response.status, 401)
      }
      assert.equal(service.handled, 0)
    })

    test('survives headers of any length and refuses them', async () => {
      await using service = await GuardedService.open(mount)
      for (const length of [20_000, 1_000_000]) {
        // The server may close while it is still being talked to.
        const refused = await service.send({ target: '/orders', headers: [['Authorization', `Bearer ${'a'.repeat(length)}`]] }).then(
          ({ status }) => status >= 400,
          () => true,
        )
        assert.ok(refused)
      }
      assert.equal(service.handled, 0)
      await service.accepts('/orders', service.issuer.token())
    })

    test('[C04] refuses two Authorization headers, even with one value', async () => {
      await using service = await GuardedService.open(mount)
      const good = `Bearer ${service.issuer.token()}`
      for (const [first, second] of [
        [good, good],
        [good, 'Bearer x.y.z'],
        ['Bearer x.y.z', good],
        [good, ''],
        ['', good],
        [good, 'Basic dTpw'],
      ] as const) {
        const headers = [
          ['Authorization', first],
          ['X-Between', '1'],
          ['authorization', second],
        ] as const
        service.isRefused(await service.send({ target: '/orders', headers }), 'credential_malformed')
      }
      assert.equal(service.handled, 0)
    })

    test('does not care for the case of the scheme and of the header name', async () => {
      await using service = await GuardedService.open(mount)
      const token = service.issuer.token()
      for (const [header, scheme] of [
        ['authorization', 'bearer'],
        ['AUTHORIZATION', 'BEARER'],
      ] as const) {
        assert.equal((await service.send({ target: '/orders', headers: [[header, `${scheme} ${token}`]] })).status, 200)
      }
    })

    test('[C04] looks into the header, then into the cookie, and a malformed one never falls through', async () => {
      await using service = await GuardedService.open(mount, { cookie: { name: '__Host-at' } })
      const [one, other] = [service.issuer.token(), service.issuer.token()]
      const send = (authorization: string | undefined, cookie: string | undefined) =>
        service.send({
          target: '/orders',
          headers: [
            ...(cookie === undefined ? [] : [['Cookie', `theme=dark; ${cookie}; last=1`] as const]),
            ...(authorization === undefined ? [] : [['Authorization', authorization] as const]),
          ],
        })
      for (let time = 0; time < 2; time++) {
        assert.equal((await send(`Bearer ${one}`, undefined)).status, 200)
        assert.equal((await send(undefined, `__Host-at=${one}`)).status, 200)
        assert.equal((await send(`Bearer ${one}`, `__Host-at=${one}`)).status, 200)
      }
      const handled = service.handled
      for (const [authorization, cookie] of [
        [`Bearer ${one}`, `__Host-at=${other}`],
        [`Bearer ${one}x`, `__Host-at=${one}`],
        ['Bearer', `__Host-at=${one}`],
        [one, `__Host-at=${one}`],
        ['Basic dTpw', `__Host-at=${one}`],
        [`Bearer ${one}`, '__Host-at='],
        [undefined, '__Host-at="x"'],
        [undefined, `__Host-at=${one}; __Host-at=${one}`],
        [undefined, `__Host-at=Bearer ${one}`],
      ] as const) {
        service.isRefused(await send(authorization, cookie), 'credential_malformed')
      }
      service.isRefused(await send(undefined, `at=${one}`), 'credential_missing')
      service.isRefused(await send(undefined, `__host-at=${one}`), 'credential_missing')
      assert.equal(service.handled, handled)
    })

    test('[C04] reads no cookie unless it was told its name', async () => {
      await using service = await GuardedService.open(mount)
      const response = await service.send({ target: '/orders', headers: [['Cookie', `at=${service.issuer.token()}`]] })
      service.isRefused(response, 'credential_missing')
    })

    test('lets a cookie speak for a changing request only when it comes from its own pages', async () => {
      await using service = await GuardedService.open(mount, { cookie: { name: 'at' } })
      const cookie = ['Cookie', `at=${service.issuer.token()}`] as const
      const post = (...headers: (readonly [string, string])[]) =>
        service.send({ method: 'POST', target: '/orders', headers: [cookie, ...headers] })
      assert.equal((await post(['Sec-Fetch-Site', 'same-origin'])).status, 200)
      assert.equal((await post(['Origin', `http://127.0.0.1:${service.port}`])).status, 200)
      const handled = service.handled
      service.isRefused(await post(['Sec-Fetch-Site', 'cross-site']), 'csrf_refused')
      service.isRefused(await post(['Sec-Fetch-Site', 'same-site']), 'csrf_refused')
      service.isRefused(await post(['Origin', 'https://evil.example']), 'csrf_refused')
      service.isRefused(await post(['Sec-Fetch-Site', 'cross-site'], ['Sec-Fetch-Site', 'same-origin']), 'csrf_refused')
      assert.equal(service.handled, handled)
    })

    test('refuses tokens that are not for it, not from its issuer, not signed, or not complete', async () => {
      await using service = await GuardedService.open(mount)
      const { issuer } = service
      const [header, payload, signature = ''] = issuer.token().split('.')
      const forged = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`
      for (const token of [
        issuer.token({ aud: 'https://other.example' }),
        issuer.token({ aud: undefined }),
        issuer.token({ iss: 'https://evil.example' }),
        issuer.token({ rev: undefined }),
        issuer.token({ sub: undefined }),
        issuer.token({ exp: 1e400 }),
        issuer.token({ cnf: { jkt: 'x' } }),
        issuer.token({}, generateSigningKey('ES256')),
        issuer.token({}, generateSigningKey('EdDSA')),
        `${header}.${payload}.${forged}`,
      ]) {
        const response = await service.refuses('/orders', token, 'token_invalid')
        assert.equal(response.status, 401)
        assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer error="invalid_token"/)
      }
      assert.equal(service.handled, 0)
      await service.accepts('/orders', issuer.token({ aud: ['https://other.example', 'https://orders.example'] }))
    })

    test('refuses an expired token, also one that it has seen alive', async () => {
      await using service = await GuardedService.open(mount)
      const token = service.issuer.token()
      await service.accepts('/orders', token)
      service.clock.advance(304_000)
      service.issuer.heartbeat()
      await service.accepts('/orders', token)
      service.clock.advance(1000)
      service.issuer.heartbeat()
      for (let time = 0; time < 2; time++) await service.refuses('/orders', token, 'token_expired')
    })

    for (const [kind, id] of targets) {
      test(`[B39] refuses tokens from before a revocation of ${kind}, and takes the ones from after it within the same second`, async () => {
        await using service = await GuardedService.open(mount)
        const seen = service.issuer.token()
        const unseen = service.issuer.token()
        const bystander = service.issuer.token({ client_id: 'cli', sub: 'usr_bob', sid: 'ses_2', roles: [], groups: [] })
        await service.accepts('/orders', seen)
        await service.accepts('/orders', bystander)
        service.issuer.revoke(kind, id)
        for (const token of [seen, unseen, seen]) assert.equal((await service.refuses('/orders', token, 'token_revoked')).status, 401)
        if (kind === 'everyone' || kind === 'issuer') await service.refuses('/orders', bystander, 'token_revoked')
        else await service.accepts('/orders', bystander)
        await service.accepts('/orders', service.issuer.token())
      })
    }

    test('refuses a single revoked token and no other', async () => {
      await using service = await GuardedService.open(mount)
      const [revoked, other] = [service.issuer.token({ jti: 'tok_bad' }), service.issuer.token()]
      await service.accepts('/orders', revoked)
      service.issuer.revoke('token', 'tok_bad')
      await service.refuses('/orders', revoked, 'token_revoked')
      await service.accepts('/orders', other)
    })

    test('refuses every token of a revoked key, whatever position it claims, and takes those of the next key', async () => {
      await using service = await GuardedService.open(mount)
      const { issuer } = service
      const stolen = issuer.key
      const seen = issuer.token()
      await service.accepts('/orders', seen)
      issuer.revoke('key', stolen.kid)
      issuer.rotateKey({ announced: true })
      await service.refuses('/orders', seen, 'token_revoked')
      await service.refuses('/orders', issuer.token({}, stolen), 'token_revoked')
      await service.accepts('/orders', issuer.token())
    })

    test('asks for a key that it does not know, and drops one that is published no more', async () => {
      await using service = await GuardedService.open(mount)
      const { issuer } = service
      const early = issuer.token()
      await service.accepts('/orders', early)
      issuer.rotateKey({ announced: false })
      await service.accepts('/orders', issuer.token())
      await service.accepts('/orders', early)
      issuer.retireKeys()
      await service.refuses('/orders', early, 'token_invalid')
    })

    test('[D04] answers 403 to a known caller who may not do this, and says which scope is needed', async () => {
      await using service = await GuardedService.open(mount)
      const { issuer } = service
      const scope = await service.refuses('/orders/write', issuer.token(), 'scope_insufficient')
      assert.equal(scope.status, 403)
      assert.match(scope.headers.get('www-authenticate') ?? '', /error="insufficient_scope".*scope="orders:write"/)
      const role = await service.refuses('/admin', issuer.token(), 'role_insufficient')
      assert.equal(role.status, 403)
      assert.equal(role.headers.has('www-authenticate'), false)
      await service.refuses('/admin', undefined, 'credential_missing')
      assert.equal(service.handled, 0)
      await service.accepts('/orders/write', issuer.token({ scope: 'orders:read orders:write' }))
      await service.accepts('/admin', issuer.token({ roles: ['staff', 'admin'] }))
    })

    test('asks for a new sign-in where the last one is too old, and says how old it may be', async () => {
      await using service = await GuardedService.open(mount)
      const { issuer, clock } = service
      const signedInAt = Math.floor(clock.now() / 1000)
      await service.accepts('/recent', issuer.token({ auth_time: signedInAt - 300 }))
      for (const auth_time of [signedInAt - 301, undefined]) {
        const response = await service.refuses('/recent', issuer.token({ auth_time }), 'step_up_required')
        assert.equal(response.status, 401)
        assert.match(response.headers.get('www-authenticate') ?? '', /error="insufficient_user_authentication".*max_age="300"/)
      }
    })

    test('[B28] in grace, ordinary routes decide and strict ones answer 503; each route may have its own bound', async () => {
      await using service = await GuardedService.open(mount)
      const token = service.issuer.token()
      for (const path of ['/orders', '/strict', '/bounded']) await service.accepts(path, token)
      service.issuer.isSilent = true
      service.clock.advance(10_000)
      await service.accepts('/orders', token)
      await service.accepts('/bounded', token)
      const strict = await service.refuses('/strict', token, 'revocation_unknown')
      assert.equal(strict.status, 503)
      service.clock.advance(11_000)
      await service.refuses('/bounded', token, 'revocation_unknown')
      await service.accepts('/orders', token)
      service.issuer.isSilent = false
      service.issuer.heartbeat()
      for (const path of ['/orders', '/strict', '/bounded']) await service.accepts(path, token)
    })

    test('[B40] stale, it answers 503 and never 401 to a credential, says when to ask again, and recovers by itself', async () => {
      await using service = await GuardedService.open(mount)
      const [seen, unseen, revoked] = [service.issuer.token(), service.issuer.token(), service.issuer.token({ jti: 'tok_bad' })]
      await service.accepts('/orders', seen)
      service.issuer.revoke('token', 'tok_bad')
      service.issuer.isSilent = true
      service.clock.advance(60_001)
      const handled = service.handled
      for (const token of [seen, unseen, revoked]) {
        for (const path of ['/orders', '/strict', '/bounded', '/admin']) {
          const response = await service.refuses(path, token, 'revocation_unknown')
          assert.equal(response.status, 503)
          assert.match(response.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
          assert.equal(response.headers.has('www-authenticate'), false)
        }
      }
      assert.equal((await service.refuses('/orders', undefined, 'credential_missing')).status, 401)
      assert.equal((await service.refuses('/orders', 'no token', 'credential_malformed')).status, 401)
      assert.equal(service.handled, handled)
      service.issuer.isSilent = false
      service.issuer.heartbeat()
      await service.accepts('/orders', seen)
      await service.accepts('/orders', unseen)
      await service.refuses('/orders', revoked, 'token_revoked')
    })

    test('no way to write its path leads past it', async () => {
      await using service = await GuardedService.open(mount)
      let guarded = 0
      for (const target of strangeTargets) {
        for (const method of ['GET', 'HEAD', 'POST']) {
          const { status } = await service.send({ method, target })
          assert.ok(status === 401 || status === 400 || status === 404 || status === 405, `${method} ${target}: ${status}`)
          if (status === 401) guarded++
        }
      }
      assert.equal(service.handled, 0)
      assert.ok(guarded > 0, 'none of them reached a guard')
      await service.accepts('/orders', service.issuer.token())
    })

    test('tells its operators why, in words that hold no token, and still refuses when they do not listen', async () => {
      const heard: unknown[] = []
      const onRefusal = (thrown: unknown): void => {
        heard.push(thrown)
        throw new Error('the log is full')
      }
      await using service = await GuardedService.open(mount, { onRefusal })
      const token = service.issuer.token({ iss: 'https://evil.example' })
      await service.refuses('/orders', token, 'token_invalid')
      const [refusal] = heard
      assert.ok(refusal instanceof Error && 'detail' in refusal)
      assert.equal(JSON.stringify(refusal.detail).includes(token), false)
      assert.equal(heard.length, 1)
    })
  })
}
