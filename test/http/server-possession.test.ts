import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { decodeUtf8, ManualClock, systemClock, systemPlatform } from 'countersign/core'
import { generateSigningKey } from 'countersign/key'
import { Possessor } from './possessor.ts'
import { type Reply, ServerWorld } from './server-world.ts'

const claimsOf = (token: string): Record<string, unknown> => JSON.parse(decodeUtf8(Buffer.from(token.split('.')[1] ?? '', 'base64url')))
const verdictOf = ({ status, body }: Reply): string => (status < 300 ? String(status) : body.code)

async function openWorld(options: Parameters<typeof ServerWorld.open>[0] = {}) {
  const clock = new ManualClock(systemClock.now())
  const world = await ServerWorld.open(options, { ...systemPlatform, clock })
  const close = (): Promise<void> => world[Symbol.asyncDispose]()
  return { clock, world, possessor: new Possessor(world, clock), thief: new Possessor(world, clock), [Symbol.asyncDispose]: close }
}

suite('sessions that are bound to a key', () => {
  test('[D03] [A15] sign-in with a proof gives tokens that only the key can use', async () => {
    await using opened = await openWorld()
    const { world, possessor, thief } = opened
    const { email } = await world.person()
    const { status, body } = await possessor.signIn(email)
    assert.equal(status, 201)
    assert.equal(body.token_type, 'DPoP')
    const token: string = body.access_token
    assert.deepEqual(claimsOf(token)['cnf'], { jkt: possessor.key.kid })
    assert.equal(verdictOf(await possessor.ask('GET', '/v1/me', undefined, { token })), '200')
    assert.equal(verdictOf(await possessor.ask('GET', '/v1/sessions', undefined, { token })), '200')
    // Off the machine.
    assert.equal(await world.verdictOn(token), 'token_invalid')
    assert.equal(verdictOf(await thief.ask('GET', '/v1/me', undefined, { token })), 'proof_invalid')
    assert.equal(verdictOf(await world.ask('GET', '/v1/me', { headers: { authorization: `DPoP ${token}` } })), 'proof_invalid')
    const seen = possessor.proof('GET', '/v1/me', { accessToken: token })
    const copies = await Promise.all(
      Array.from({ length: 64 }, () => world.ask('GET', '/v1/me', { headers: { authorization: `DPoP ${token}`, DPoP: seen } })),
    )
    assert.deepEqual(copies.map(verdictOf).sort(), ['200', ...Array.from({ length: 63 }, () => 'request_replayed')])
    const replayed = copies.find(({ status }) => status === 401)
    assert.match(replayed?.headers.get('www-authenticate') ?? '', /^DPoP realm="http.*error="invalid_dpop_proof".*algs="ES256/)
  })

  test('a token that is bound to nothing does not come as DPoP, and a sign-in with a bad proof is no sign-in', async () => {
    await using opened = await openWorld()
    const { world, possessor } = opened
    const { email, access_token: token } = await world.person()
    assert.equal(verdictOf(await possessor.ask('GET', '/v1/me', undefined, { token })), 'token_invalid')
    const body = { email, password: 'correct horse battery' }
    const elsewhere = possessor.proof('POST', '/v1/users')
    assert.equal(verdictOf(await world.ask('POST', '/v1/sessions', { body, headers: { DPoP: elsewhere } })), 'proof_invalid')
    const proof = possessor.proof('POST', '/v1/sessions')
    assert.equal(verdictOf(await world.ask('POST', '/v1/sessions', { body, headers: { DPoP: proof } })), '201')
    assert.equal(verdictOf(await world.ask('POST', '/v1/sessions', { body, headers: { DPoP: proof } })), 'request_replayed')
    assert.equal(verdictOf(await world.ask('POST', '/v1/sessions', { body, headers: { DPoP: 'x' } })), 'proof_invalid')
  })

  test('[A15] a stolen refresh token neither refreshes nor ends the session; its owner goes on', async () => {
    await using opened = await openWorld()
    const { world, possessor, thief } = opened
    const { email } = await world.person()
    const first = (await possessor.signIn(email)).body
    assert.equal(await world.refreshVerdictOn(first.refresh_token), 'proof_invalid')
    assert.equal(verdictOf(await thief.refresh(first.refresh_token)), 'proof_invalid')
    const second = await possessor.refresh(first.refresh_token)
    assert.equal(verdictOf(second), '200')
    assert.equal(second.body.token_type, 'DPoP')
    assert.deepEqual(claimsOf(second.body.access_token)['cnf'], { jkt: possessor.key.kid })
    // Not even an old one, which from its owner would be a theft.
    assert.equal(verdictOf(await possessor.refresh(second.body.refresh_token)), '200')
    assert.equal(verdictOf(await thief.refresh(first.refresh_token)), 'proof_invalid')
    assert.equal(verdictOf(await possessor.ask('GET', '/v1/me', undefined, { token: second.body.access_token })), '200')
  })

  test('an answer that was lost a day ago is given again to the key, and an older token is a theft all the same', async () => {
    await using opened = await openWorld()
    const { clock, world, possessor } = opened
    const { email } = await world.person()
    const { refresh_token: first } = (await possessor.signIn(email)).body
    const { refresh_token: second } = (await possessor.refresh(first)).body
    clock.advance(86_400_000)
    const again = await possessor.refresh(first)
    assert.equal(again.body.refresh_token, second)
    await possessor.refresh(second)
    assert.equal(verdictOf(await possessor.refresh(first)), 'refresh_reused')
    assert.equal(verdictOf(await possessor.refresh(second)), 'refresh_invalid')
  })

  test('a session that is bound to no key is refreshed with a proof or without, and stays as it is', async () => {
    await using opened = await openWorld()
    const { world, possessor } = opened
    const { refresh_token } = await world.person()
    const refreshed = await possessor.refresh(refresh_token)
    assert.equal(refreshed.body.token_type, 'Bearer')
    assert.equal(await world.refreshVerdictOn(refreshed.body.refresh_token), '200')
  })

  test('opaque tokens are bound as well, and introspection says to what', async () => {
    await using opened = await openWorld({ accessTokenForm: 'opaque' })
    const { world, possessor, thief } = opened
    const { email } = await world.person()
    const { access_token: token } = (await possessor.signIn(email)).body
    assert.equal(verdictOf(await possessor.ask('GET', '/v1/me', undefined, { token })), '200')
    assert.equal(verdictOf(await thief.ask('GET', '/v1/me', undefined, { token })), 'proof_invalid')
    assert.equal(await world.verdictOn(token), 'token_invalid')
    const { credential } = await world.service()
    const { body } = await world.ask('POST', '/v1/tokens/introspect', { token: credential, body: { token } })
    assert.deepEqual([body.active, body.token_type, body.cnf], [true, 'DPoP', { jkt: possessor.key.kid }])
  })

  test('where nonces are asked for, each door hands one out, and they end', async () => {
    await using opened = await openWorld({ dpopNonces: true })
    const { clock, world, possessor } = opened
    const { email } = await world.person()
    const refused = await possessor.signIn(email)
    assert.equal(verdictOf(refused), 'proof_nonce_required')
    assert.match(refused.headers.get('www-authenticate') ?? '', /error="use_dpop_nonce"/)
    const nonce = refused.headers.get('dpop-nonce') ?? ''
    const signIn = await possessor.ask('POST', '/v1/sessions', { email, password: 'correct horse battery' }, { nonce })
    assert.equal(verdictOf(signIn), '201')
    const token: string = signIn.body.access_token
    const asked = await possessor.ask('GET', '/v1/me', undefined, { token })
    assert.equal(verdictOf(asked), 'proof_nonce_required')
    assert.equal(verdictOf(await possessor.ask('GET', '/v1/me', undefined, { token, nonce: asked.headers.get('dpop-nonce') ?? '' })), '200')
    clock.advance(120_000)
    assert.equal(verdictOf(await possessor.ask('GET', '/v1/me', undefined, { token, nonce })), 'proof_nonce_required')
  })
})

suite('devices that answer challenges', () => {
  async function openEnrolled() {
    const opened = await openWorld({ roleScopes: { staff: ['orders:read', 'orders:write'] } })
    const owner = await opened.world.person(['staff'])
    const enrol = async (device: Possessor, changes: object = {}): Promise<Reply> => {
      const { challenge } = (await opened.world.ask('POST', '/v1/challenges', { body: {} })).body
      const { kid, use, ...public_key } = device.key.publicJwk
      const body = { name: 'till 4', public_key, challenge, signature: device.signature('enrolment', challenge), ...changes }
      return opened.world.ask('POST', '/v1/device-keys', { token: owner.access_token, body })
    }
    const challengeFor = async (device_key_id: string): Promise<string> => {
      const { status, body } = await opened.world.ask('POST', '/v1/challenges', { body: { device_key_id } })
      assert.equal(status, 201)
      return body.challenge
    }
    const answer = (challenge: string, signature: string): Promise<Reply> =>
      opened.world.ask('POST', '/v1/challenges/answers', { body: { challenge, signature } })
    const enrolled = await enrol(opened.possessor, { scope: ['orders:read'] })
    assert.equal(enrolled.status, 201)
    return { ...opened, owner, enrol, challengeFor, answer, device: opened.possessor, id: enrolled.body.device_key.id as string }
  }

  test('[A14] [A15] an enrolled device signs a challenge and gets a short-lived token that only its key can use', async () => {
    await using opened = await openEnrolled()
    const { world, owner, device, thief, id, challengeFor, answer } = opened
    const challenge = await challengeFor(id)
    const answered = await answer(challenge, device.signature('challenge', challenge))
    assert.equal(answered.status, 201)
    const { access_token: token, token_type, expires_in, scope } = answered.body
    assert.deepEqual([token_type, expires_in, scope], ['DPoP', 300, 'orders:read'])
    const claims = claimsOf(token)
    assert.deepEqual(
      [claims['sub'], claims['client_id'], claims['amr'], claims['cnf']],
      [owner.user.id, id, ['pop'], { jkt: device.key.kid }],
    )
    assert.equal('sid' in claims || 'auth_time' in claims, false)
    assert.equal((await device.ask('GET', '/v1/me', undefined, { token })).body.user.id, owner.user.id)
    assert.equal(await world.verdictOn(token), 'token_invalid')
    assert.equal(verdictOf(await thief.ask('GET', '/v1/me', undefined, { token })), 'proof_invalid')
  })

  test('[A14] a challenge is answered once: of 64 at once one gets a token', async () => {
    await using opened = await openEnrolled()
    const { device, id, challengeFor, answer } = opened
    const challenge = await challengeFor(id)
    const signature = device.signature('challenge', challenge)
    const verdicts = (await Promise.all(Array.from({ length: 64 }, () => answer(challenge, signature)))).map(verdictOf)
    assert.deepEqual(verdicts.sort(), ['201', ...Array.from({ length: 63 }, () => 'request_replayed')])
  })

  test('[A14] a wrong answer is refused alike, whether there is such a device or not, and uses nothing up', async () => {
    await using opened = await openEnrolled()
    const { clock, world, device, thief, id, challengeFor, answer } = opened
    const challenge = await challengeFor(id)
    const unknown = await challengeFor(`dev_${'A'.repeat(22)}`)
    const enrolment: string = (await world.ask('POST', '/v1/challenges', { body: {} })).body.challenge
    const right = device.signature('challenge', challenge)
    const wrong: ReadonlyArray<readonly [challenge: string, signature: string]> = [
      [challenge, thief.signature('challenge', challenge)],
      [challenge, device.signature('enrolment', challenge)],
      [challenge, right.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))],
      [challenge, 'AAAA'],
      [unknown, device.signature('challenge', unknown)],
      [enrolment, device.signature('challenge', enrolment)],
      [`${challenge}A`, right],
      [`A${challenge}`, right],
      ['x', right],
    ]
    const answers = await Promise.all(wrong.map((each) => answer(...each)))
    assert.deepEqual(new Set(answers.map(({ status, body: { instance: _, ...problem } }) => JSON.stringify([status, problem]))).size, 1)
    assert.deepEqual(new Set(answers.map(verdictOf)), new Set(['signature_invalid']))
    assert.equal(unknown.length, challenge.length)
    assert.equal(verdictOf(await answer(challenge, right)), '201')
    const late = await challengeFor(id)
    clock.advance(60_000)
    assert.equal(verdictOf(await answer(late, device.signature('challenge', late))), 'request_expired')
  })

  test('[A15] a device that is removed is out at once, with its tokens; so is one whose owner is suspended', async () => {
    await using opened = await openEnrolled()
    const { world, owner, device, enrol, id, challengeFor, answer } = opened
    const other = await world.person()
    const tokenOf = async (key: string, holder = device): Promise<string> => {
      const challenge = await challengeFor(key)
      return (await answer(challenge, holder.signature('challenge', challenge))).body.access_token
    }
    const token = await tokenOf(id)
    assert.equal(verdictOf(await world.ask('DELETE', `/v1/device-keys/${id}`, { token: other.access_token })), 'not_found')
    assert.deepEqual((await world.ask('GET', '/v1/device-keys', { token: other.access_token })).body.device_keys, [])
    const [shown] = (await world.ask('GET', '/v1/device-keys', { token: owner.access_token })).body.device_keys
    assert.deepEqual([shown.id, shown.name, shown.user, shown.public_key.kid], [id, 'till 4', owner.user.id, device.key.kid])
    const operator = await world.person(['admin'])
    for (const query of ['everyone=true', `user=${owner.user.id}&limit=1`]) {
      assert.deepEqual((await world.ask('GET', `/v1/device-keys?${query}`, { token: operator.access_token })).body, {
        device_keys: [shown],
        next: null,
      })
      assert.equal(verdictOf(await world.ask('GET', `/v1/device-keys?${query}`, { token: other.access_token })), 'role_insufficient')
    }
    // A device is no session: it enrols and removes nothing.
    assert.equal(verdictOf(await device.ask('DELETE', `/v1/device-keys/${id}`, undefined, { token })), 'session_required')
    assert.equal(verdictOf(await world.ask('DELETE', `/v1/device-keys/${id}`, { token: owner.access_token })), '204')
    assert.equal(verdictOf(await device.ask('GET', '/v1/me', undefined, { token })), 'token_revoked')
    const challenge = await challengeFor(id)
    assert.equal(verdictOf(await answer(challenge, device.signature('challenge', challenge))), 'signature_invalid')

    const second: string = (await enrol(device)).body.device_key.id
    const living = await tokenOf(second)
    await world.local('PATCH', `/v1/users/${owner.user.id}`, { status: 'suspended' })
    assert.equal(verdictOf(await device.ask('GET', '/v1/me', undefined, { token: living })), 'token_revoked')
    const afterwards = await challengeFor(second)
    assert.equal(verdictOf(await answer(afterwards, device.signature('challenge', afterwards))), 'signature_invalid')
  })

  test('a key is enrolled only by who has it, for no more than its owner may do, and never a private one', async () => {
    await using opened = await openEnrolled()
    const { world, possessor, thief, owner, enrol } = opened
    const { challenge } = (await world.ask('POST', '/v1/challenges', { body: {} })).body
    const { kid, ...jwk } = possessor.key.publicJwk
    const signature = possessor.signature('enrolment', challenge)
    const cases: ReadonlyArray<readonly [what: string, changes: object, verdict: string]> = [
      ['the signature of another key', { challenge, signature: thief.signature('enrolment', challenge) }, 'signature_invalid'],
      [
        'the answer to a challenge as a signature',
        { challenge, signature: possessor.signature('challenge', challenge) },
        'signature_invalid',
      ],
      ['more than its owner may do', { scope: ['orders:delete'] }, 'request_invalid'],
      ['a role that its owner has not', { roles: ['admin'] }, 'request_invalid'],
      ['a private key', { public_key: { ...jwk, d: 'AAAA' } }, 'request_invalid'],
      ['a key to agree on secrets', { public_key: { kty: 'OKP', crv: 'X25519', x: jwk.x } }, 'request_invalid'],
      ['a key that is not there to verify with', { public_key: { ...jwk, key_ops: ['sign'] } }, 'request_invalid'],
      ['a name that is another key’s', { public_key: { ...jwk, alg: 'Ed25519' } }, 'request_invalid'],
      ['a point off the curve', { public_key: { ...jwk, y: jwk.x } }, 'request_invalid'],
      ['an end that has passed', { expires_at: '2020-01-01T00:00:00Z' }, 'request_invalid'],
      ['all that is right', { challenge, signature }, '201'],
      ['the same challenge again', { challenge, signature }, 'request_replayed'],
    ]
    for (const [what, changes, verdict] of cases) assert.equal(verdictOf(await enrol(possessor, changes)), verdict, what)
    assert.equal((await world.ask('GET', '/v1/access-keys', { token: owner.access_token })).body.access_keys.length, 0)
  })

  for (const algorithm of ['EdDSA', 'RS256', 'PS256'] as const) {
    test(`a device with a key for ${algorithm} answers as well`, async () => {
      await using opened = await openEnrolled()
      const { world, clock, enrol, challengeFor, answer } = opened
      const device = new Possessor(world, clock, generateSigningKey(algorithm))
      const challenge = await challengeFor((await enrol(device)).body.device_key.id)
      const { access_token: token } = (await answer(challenge, device.signature('challenge', challenge))).body
      assert.equal(verdictOf(await device.ask('GET', '/v1/me', undefined, { token })), '200')
    })
  }

  const made = { publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048, hash: 'SHA-256' }
  const kinds = [
    { name: 'Ed25519' },
    { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
    { name: 'RSASSA-PKCS1-v1_5', ...made },
    { name: 'RSA-PSS', ...made, saltLength: 32 },
  ]
  test('[A14] a device enrols the key of its browser just as that writes it down', async () => {
    await using opened = await openEnrolled()
    const { world, possessor, enrol, challengeFor, answer } = opened
    for (const kind of kinds) {
      // None of them makes a single key.
      const { publicKey, privateKey } = (await crypto.subtle.generateKey(kind, false, ['sign', 'verify'])) as CryptoKeyPair
      const sign = async (purpose: 'enrolment' | 'challenge', challenge: string): Promise<string> => {
        const text = Buffer.from(`countersign/device-${purpose}/1\n${world.url}\n${challenge}`)
        return Buffer.from(await crypto.subtle.sign(kind, privateKey, text)).toString('base64url')
      }
      const { challenge } = (await world.ask('POST', '/v1/challenges', { body: {} })).body
      const public_key = await crypto.subtle.exportKey('jwk', publicKey)
      const enrolled = await enrol(possessor, { public_key, challenge, signature: await sign('enrolment', challenge) })
      assert.equal(enrolled.status, 201, `${kind.name}: ${enrolled.text}`)
      const asked = await challengeFor(enrolled.body.device_key.id)
      assert.equal(verdictOf(await answer(asked, await sign('challenge', asked))), '201', kind.name)
    }
  })
})
