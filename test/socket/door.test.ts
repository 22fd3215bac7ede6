import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { TargetKind } from 'countersign/revocation'
import { followIssuer } from '../http/guarded-service.ts'
import { doors, Refused } from './door.ts'
import { pass } from './time.ts'

/** What reaches the token of the client that is to be cut, and not that of the one that is to stay. */
const targets: readonly (readonly [TargetKind, string])[] = [
  ['token', 'tok_cut'],
  ['session', 'ses_cut'],
  ['user', 'usr_cut'],
  ['role', 'guest'],
  ['group', 'grp_cut'],
  ['client', 'app_cut'],
]

const cutClaims = { jti: 'tok_cut', sid: 'ses_cut', sub: 'usr_cut', roles: ['staff', 'guest'], groups: ['grp_cut'], client_id: 'app_cut' }

const refusedAs = (status: number, code: string) => (error: unknown) =>
  error instanceof Refused && error.status === status && error.code === code

for (const [name, { open, cut }] of Object.entries(doors)) {
  suite(`an open connection over ${name}`, () => {
    for (const [kind, id] of targets) {
      test(`[B38] is cut when its ${kind} is revoked, and no other is`, async () => {
        const { issuer, verifier } = await followIssuer()
        await using service = await open(verifier)
        const line = await service.connect(issuer.token(cutClaims))
        const other = await service.connect(issuer.token({ jti: 'tok_other' }))
        issuer.revoke(kind, id)
        assert.equal(await line.ended, cut('token_revoked'))
        service.sayAll()
        assert.equal(await other.hear(), 'tok_other')
        other.close()
        verifier.close()
      })
    }

    for (const kind of ['everyone', 'issuer'] as const) {
      test(`[B38] is cut, and so are all, when ${kind} is revoked; what is opened with a newer token stays`, async () => {
        const { issuer, verifier } = await followIssuer()
        await using service = await open(verifier)
        const lines = await Promise.all([service.connect(issuer.token()), service.connect(issuer.token({ sub: 'usr_bob' }))])
        issuer.revoke(kind)
        for (const { ended } of lines) assert.equal(await ended, cut('token_revoked'))
        const newer = await service.connect(issuer.token({ jti: 'tok_newer' }))
        service.sayAll()
        assert.equal(await newer.hear(), 'tok_newer')
        newer.close()
        verifier.close()
      })
    }

    test('[B38] carries nothing from the service any more in the moment in which it is cut', async () => {
      const { issuer, verifier } = await followIssuer()
      await using service = await open(verifier)
      const line = await service.connect(issuer.token())
      issuer.revoke('user', 'usr_ann')
      service.sayAll()
      await assert.rejects(line.hear(), /it was cut/)
      verifier.close()
    })

    test('[B38] is cut when the key that signed its token is revoked', async () => {
      const { issuer, verifier } = await followIssuer()
      await using service = await open(verifier)
      const line = await service.connect(issuer.token())
      issuer.revoke('key', issuer.key.kid)
      assert.equal(await line.ended, cut('token_revoked'))
      verifier.close()
    })

    test('[B38] is cut when its token expires, within a second of when requests are refused', async () => {
      const { clock, issuer, verifier } = await followIssuer()
      await using service = await open(verifier)
      const line = await service.connect(issuer.token({ jti: 'tok_short' }))
      pass(clock, issuer, 304)
      service.sayAll()
      assert.equal(await line.hear(), 'tok_short')
      pass(clock, issuer, 2)
      assert.equal(await line.ended, cut('token_expired'))
      verifier.close()
    })

    test('is cut when its sign-in is older than the route allows', async () => {
      const { clock, issuer, verifier } = await followIssuer()
      await using service = await open(verifier, { maxAuthAgeSeconds: 60 })
      const line = await service.connect(issuer.token())
      pass(clock, issuer, 62)
      assert.equal(await line.ended, cut('step_up_required'))
      verifier.close()
    })

    test('[B38] on a strict route it is cut when the verifier is fresh no more; on an ordinary one when it is stale', async () => {
      const { clock, issuer, verifier } = await followIssuer()
      await using strict = await open(verifier, { freshness: 'strict' })
      await using ordinary = await open(verifier)
      const [first, second] = await Promise.all([strict.connect(issuer.token()), ordinary.connect(issuer.token({ jti: 'tok_second' }))])
      issuer.isSilent = true
      clock.advance(7000)
      assert.equal(await first.ended, cut('revocation_unknown'))
      ordinary.sayAll()
      assert.equal(await second.hear(), 'tok_second')
      clock.advance(60_000)
      assert.equal(await second.ended, cut('revocation_unknown'))
      verifier.close()
    })

    test('[B38] is cut by what was revoked while the feed was interrupted, once it is back', async () => {
      const { issuer, verifier } = await followIssuer()
      await using service = await open(verifier)
      const line = await service.connect(issuer.token())
      issuer.isSilent = true
      issuer.revoke('user', 'usr_ann')
      service.sayAll()
      await line.hear()
      issuer.isSilent = false
      issuer.heartbeat()
      assert.equal(await line.ended, cut('token_revoked'))
      verifier.close()
    })

    test('is cut when the verifier is closed: nobody follows the log any more', async () => {
      const { issuer, verifier } = await followIssuer()
      await using service = await open(verifier)
      const line = await service.connect(issuer.token())
      verifier.close()
      assert.equal(await line.ended, cut('revocation_unknown'))
    })

    test('is refused at the hand-shake like a request: 401, 403 and 503, with the code', async () => {
      const { clock, issuer, verifier } = await followIssuer()
      await using service = await open(verifier, { scope: 'orders:read', role: 'staff' })
      const dead = issuer.token({ jti: 'tok_dead' })
      issuer.revoke('token', 'tok_dead')
      await assert.rejects(service.connect(), refusedAs(401, 'credential_missing'))
      await assert.rejects(service.connect('no token'), refusedAs(401, 'credential_malformed'))
      await assert.rejects(service.connect(dead), refusedAs(401, 'token_revoked'))
      await assert.rejects(service.connect(issuer.token({ aud: 'https://evil.example' })), refusedAs(401, 'token_invalid'))
      await assert.rejects(service.connect(issuer.token({ scope: 'other' })), refusedAs(403, 'scope_insufficient'))
      await assert.rejects(service.connect(issuer.token({ roles: [] })), refusedAs(403, 'role_insufficient'))
      clock.advance(61_000)
      await assert.rejects(service.connect(issuer.token()), refusedAs(503, 'revocation_unknown'))
      verifier.close()
    })
  })
}

for (const name of ['ws', 'socket.io'] as const) {
  const { open, cut } = doors[name]
  suite(`renewing over ${name}`, () => {
    test("[B38] keeps the connection open beyond the life of its first token, and the first token's end is no longer its own", async () => {
      const { clock, issuer, verifier } = await followIssuer()
      await using service = await open(verifier)
      const line = await service.connect(issuer.token({ jti: 'tok_first' }))
      pass(clock, issuer, 200)
      const expiresAt = await line.renew(issuer.token({ jti: 'tok_second' }))
      assert.equal(expiresAt, clock.now() / 1000 + 300)
      pass(clock, issuer, 200)
      issuer.revoke('token', 'tok_first')
      service.sayAll()
      assert.equal(await line.hear(), 'tok_second')
      issuer.revoke('token', 'tok_second')
      assert.equal(await line.ended, cut('token_revoked'))
      verifier.close()
    })

    test('changes nothing where the new token is refused, and says why', async () => {
      const { issuer, verifier } = await followIssuer()
      await using service = await open(verifier, { scope: 'orders:read' })
      const line = await service.connect(issuer.token({ jti: 'tok_first' }))
      const dead = issuer.token({ jti: 'tok_dead' })
      issuer.revoke('token', 'tok_dead')
      assert.equal(await line.renew(dead), 'token_revoked')
      assert.equal(await line.renew(issuer.token({ scope: 'other' })), 'scope_insufficient')
      assert.equal(await line.renew(issuer.token({ sub: 'usr_bob' })), 'token_invalid')
      assert.equal(await line.renew(issuer.token({ sid: 'ses_2' })), 'token_invalid')
      assert.equal(await line.renew('no token'), 'credential_malformed')
      assert.equal(await line.renew(17), 'credential_malformed')
      service.sayAll()
      assert.equal(await line.hear(), 'tok_first')
      line.close()
      verifier.close()
    })

    test('is between the client and the guard: the service never sees the message', async () => {
      const { issuer, verifier } = await followIssuer()
      await using service = await open(verifier)
      const line = await service.connect(issuer.token())
      line.say('before')
      await line.renew(issuer.token({ jti: 'tok_second' }))
      line.say('{"type":"chat","text":"countersign.renew"}')
      line.say('after')
      service.sayAll()
      await line.renew(issuer.token())
      assert.deepEqual(service.heard, ['before', '{"type":"chat","text":"countersign.renew"}', 'after'])
      line.close()
      verifier.close()
    })
  })
}
