import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ServerOptions } from '../../packages/server/src/index.ts'
import { createVerifier, type Verifier } from 'countersign'
import { askByForm, verdict } from './authority-world.ts'
import { mounts } from './mount.ts'
import { patientPlatform, untilSaid } from './patience.ts'
import { sendRaw } from './raw-request.ts'
import { PASSWORD, type Reply, ServerWorld, type SignedInReply } from './server-world.ts'

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const BILLING = 'https://billing.example'
const LEDGER = 'https://ledger.example'

interface Scene {
  readonly world: ServerWorld
  readonly orders: { readonly id: string; readonly credential: string }
  readonly billing: { readonly id: string; readonly credential: string }
}

/** Rules name services, which exist only once a server has run: so it is opened twice. */
async function scene(options: ServerOptions = {}): Promise<Scene> {
  const settings: ServerOptions = { port: 0, roleScopes: { staff: ['orders:read', 'invoices:read', 'invoices:write'] }, ...options }
  const first = await ServerWorld.open(settings)
  const orders = await first.service('orders')
  const billing = await first.service('billing')
  await first.stop()
  const tokenExchanges: ServerOptions['tokenExchanges'] = [
    { client: orders.id, audience: [BILLING], scope: ['invoices:read', 'orders:read'], roles: ['clerk'] },
    { client: billing.id, audience: [LEDGER], scope: ['invoices:read'], subject_audience: [BILLING] },
  ]
  return { world: await ServerWorld.openIn(first.folder, { ...settings, tokenExchanges }), orders, billing }
}

const exchange = (
  world: ServerWorld,
  credential: string,
  subject: string,
  members: Readonly<Record<string, string>> = {},
): Promise<Reply> =>
  askByForm(world, '/v1/tokens', credential, {
    grant_type: GRANT,
    subject_token: subject,
    subject_token_type: ACCESS_TOKEN,
    audience: BILLING,
    ...members,
  })

const claimsOf = (token: string): Record<string, unknown> => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

const following = async (world: ServerWorld, credential: string, audience: string): Promise<Verifier> => {
  const verifier = createVerifier({ issuer: world.url, audience, credential, platform: patientPlatform })
  await verifier.ready()
  return verifier
}

const eventually = async (verifier: Verifier, token: string, expected: string): Promise<void> => {
  await untilSaid(expected, () => verdict(verifier, token))
}

suite('token exchange', () => {
  let at: Scene
  let billingVerifier: Verifier
  before(async () => {
    at = await scene()
    billingVerifier = await following(at.world, at.billing.credential, BILLING)
  })
  after(async () => {
    billingVerifier.close()
    await at.world[Symbol.asyncDispose]()
  })
  const exchanged = async (person: SignedInReply): Promise<string> => {
    const { status, body } = await exchange(at.world, at.orders.credential, person.access_token)
    assert.equal(status, 200)
    return body.access_token
  }

  test('[C07] a service exchanges a user’s token for a narrower one, which names both and lives no longer', async () => {
    const person = await at.world.person(['staff', 'clerk'])
    const { status, body, headers } = await exchange(at.world, at.orders.credential, person.access_token, { scope: 'invoices:read' })
    assert.equal(status, 200)
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.deepEqual(
      { ...body, access_token: '', expires_in: 0 },
      { access_token: '', issued_token_type: ACCESS_TOKEN, token_type: 'Bearer', expires_in: 0, scope: 'invoices:read' },
    )
    const [before, now] = [claimsOf(person.access_token), claimsOf(body.access_token)]
    for (const claim of ['iss', 'sub', 'sid', 'rev', 'auth_time', 'exp']) assert.equal(now[claim], before[claim], claim)
    assert.equal(now['aud'], BILLING)
    assert.equal(now['client_id'], at.orders.id)
    assert.deepEqual(now['act'], { sub: at.orders.id })
    assert.equal(now['scope'], 'invoices:read')
    assert.deepEqual(now['roles'], ['clerk'])
    const principal = await billingVerifier.authenticate({ authorization: `Bearer ${body.access_token}` })
    assert.equal(principal.user, person.user.id)
    assert.equal(principal.actor, at.orders.id)
    assert.deepEqual(principal.actors, [at.orders.id])
    assert.ok(Object.isFrozen(principal.actors))
    assert.equal(await verdict(billingVerifier, person.access_token), 'token_invalid')
    assert.equal(await at.world.verdictOn(body.access_token), 'token_invalid')
  })

  test('[C07] all four adapters show who acts', async () => {
    const token = await exchanged(await at.world.person(['staff']))
    for (const [name, mount] of Object.entries(mounts)) {
      const mounted = await mount(billingVerifier, () => undefined)
      const { status } = await sendRaw(mounted.port, { target: '/orders', headers: [['Authorization', `Bearer ${token}`]] })
      assert.equal(status, 200, name)
      await mounted.close()
    }
  })

  for (const [what, kill] of [
    ['its session', (person) => at.world.ask('DELETE', '/v1/sessions/current', { token: person.access_token })],
    ['the user', (person) => at.world.local('POST', '/v1/revocations', { target: { kind: 'user', id: person.user.id } })],
    ['the token of origin', (person) => askByForm(at.world, '/v1/tokens/revoke', at.billing.credential, { token: person.access_token })],
    ['a suspended account', (person) => at.world.local('PATCH', `/v1/users/${person.user.id}`, { status: 'suspended' })],
    ['a role that it does not carry itself', () => at.world.local('POST', '/v1/revocations', { target: { kind: 'role', id: 'staff' } })],
    [
      'the client of origin',
      () => at.world.local('POST', '/v1/revocations', { target: { kind: 'client', id: 'first-party' }, mode: 'soft' }),
    ],
    ['the service that exchanged it', () => at.world.local('POST', '/v1/revocations', { target: { kind: 'client', id: at.orders.id } })],
    ['everyone', () => at.world.local('POST', '/v1/revocations', { target: { kind: 'everyone' }, mode: 'soft' })],
  ] as const satisfies readonly (readonly [string, (person: SignedInReply) => Promise<Reply>])[]) {
    test(`[C07] an exchanged token, and one exchanged for that one, end with ${what}`, async () => {
      const person = await at.world.person(['staff'])
      const other = await at.world.person([])
      const [token, others] = [await exchanged(person), await exchanged(other)]
      const { body } = await exchange(at.world, at.billing.credential, token, { audience: LEDGER })
      const ledger = await following(at.world, at.billing.credential, LEDGER)
      await eventually(billingVerifier, token, '200')
      await eventually(ledger, body.access_token, '200')
      assert.ok((await kill(person)).status < 300)
      await eventually(billingVerifier, token, 'token_revoked')
      await eventually(ledger, body.access_token, 'token_revoked')
      const isAimed = !['the client of origin', 'the service that exchanged it', 'everyone'].includes(what)
      if (isAimed) assert.equal(await verdict(billingVerifier, others), '200')
      assert.equal(
        (await exchange(at.world, at.orders.credential, person.access_token)).status === 200,
        what === 'the service that exchanged it',
      )
      ledger.close()
    })
  }

  test('[C07] an exchange after a revocation that the first token had not seen makes nothing young', async () => {
    const person = await at.world.person(['staff'])
    await at.world.local('POST', '/v1/revocations', { target: { kind: 'group', id: 'somebody-else' } })
    const token = await exchanged(person)
    assert.equal(claimsOf(token)['rev'], claimsOf(person.access_token)['rev'])
    // Revoked alone, it takes nothing along.
    await askByForm(at.world, '/v1/tokens/revoke', at.billing.credential, { token })
    await eventually(billingVerifier, token, 'token_revoked')
    assert.equal(await at.world.verdictOn(person.access_token), '200')
  })

  test('[C07] a chain names all who act, the last first, and is no longer than it may be', async () => {
    const token = await exchanged(await at.world.person(['staff']))
    const { body } = await exchange(at.world, at.billing.credential, token, { audience: LEDGER })
    const claims = claimsOf(body.access_token)
    assert.deepEqual(claims['act'], { sub: at.billing.id, act: { sub: at.orders.id } })
    assert.equal(claims['scope'], 'invoices:read')
    assert.equal(claims['roles'], undefined)
  })

  const refusals: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    ['for another audience', { audience: 'https://elsewhere.example' }, 'invalid_target'],
    ['for the issuer itself', { audience: 'ISSUER' }, 'invalid_target'],
    ['without audience', { audience: '' }, 'invalid_target'],
    ['for more scope than the rule has', { scope: 'invoices:write' }, 'invalid_scope'],
    ['for more scope than the token has', { scope: 'invoices:read users:write' }, 'invalid_scope'],
    ['of a refresh token', { subject_token: 'REFRESH' }, 'invalid_request'],
    ['of no token', { subject_token: 'nonsense' }, 'invalid_request'],
    ['of the service’s own credential', { subject_token: 'SERVICE' }, 'invalid_request'],
  ]
  for (const [what, members, error] of refusals) {
    test(`[C07] an exchange ${what} is refused as ${error}`, async () => {
      const person = await at.world.person(['staff'])
      const named: Readonly<Record<string, string>> = { ISSUER: at.world.url, REFRESH: person.refresh_token, SERVICE: at.orders.credential }
      const given = Object.fromEntries(Object.entries(members).map(([name, value]) => [name, named[value] ?? value]))
      const { status, body } = await exchange(at.world, at.orders.credential, person.access_token, given)
      assert.equal(status, 400)
      assert.equal(body.error, error)
      assert.equal(body.code, 'request_invalid')
    })
  }

  test('[C07] a service exchanges no token that was made for somebody else', async () => {
    const person = await at.world.person(['staff'])
    const token = await exchanged(person)
    assert.equal((await exchange(at.world, at.orders.credential, token)).body.error, 'invalid_request')
    const first = await exchange(at.world, at.billing.credential, person.access_token, { audience: LEDGER })
    assert.equal(first.body.error, 'invalid_request')
  })

  test('[C07] nobody but a client that the configuration names exchanges anything', async () => {
    const person = await at.world.person(['staff', 'admin'])
    const stranger = await at.world.service('stranger')
    const unnamed = await exchange(at.world, stranger.credential, person.access_token)
    assert.equal(unnamed.body.error, 'unauthorized_client')
    for (const credential of [person.access_token, await exchanged(person)]) {
      const refused = await exchange(at.world, credential, person.access_token)
      assert.equal(refused.status, 401)
    }
    const none = await at.world.ask('POST', '/v1/tokens', {
      body: { grant_type: GRANT, subject_token: 'x', subject_token_type: ACCESS_TOKEN },
    })
    assert.equal(none.body.code, 'credential_missing')
    const grant = await exchange(at.world, at.orders.credential, person.access_token, { grant_type: 'password' })
    assert.equal(grant.body.code, 'request_invalid')
  })

  test('[C07] an exchanged token is asked about as any other, and says who acts', async () => {
    const token = await exchanged(await at.world.person(['staff']))
    const { body } = await askByForm(at.world, '/v1/tokens/introspect', at.billing.credential, { token })
    assert.equal(body.active, true)
    assert.deepEqual(body.act, { sub: at.orders.id })
  })
})

test('[C07] opaque tokens are exchanged for opaque tokens, and end as the others do', async () => {
  await using stack = new AsyncDisposableStack()
  const { world, orders, billing } = await scene({ accessTokenForm: 'opaque' })
  stack.use(world)
  const person = await world.person(['staff'])
  const { body } = await exchange(world, orders.credential, person.access_token)
  assert.match(body.access_token, /^cs_at_/)
  const verifier = await following(world, billing.credential, BILLING)
  stack.defer(() => verifier.close())
  const principal = await verifier.authenticate({ authorization: `Bearer ${body.access_token}` })
  assert.equal(principal.actor, orders.id)
  await askByForm(world, '/v1/tokens/revoke', billing.credential, { token: person.access_token })
  await eventually(verifier, body.access_token, 'token_revoked')
})

test('[C07] an access key exchanges too, by its secret, where a rule names it', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await ServerWorld.open())
  const { email } = await folder.person(['admin'])
  const { access_token: token } = await folder.signIn(email, PASSWORD)
  const { body: key } = await folder.ask('POST', '/v1/access-keys', { token, body: { name: 'exchange' } })
  const basic = Buffer.from(`${key.access_key.id}:${key.secret_access_key}`).toString('base64')
  const ask = (world: ServerWorld, subject: string): Promise<Reply> =>
    world.ask('POST', '/v1/tokens', {
      body: { grant_type: GRANT, subject_token: subject, subject_token_type: ACCESS_TOKEN, audience: BILLING },
      headers: { authorization: `Basic ${basic}` },
    })
  assert.equal((await ask(folder, token)).body.error, 'unauthorized_client')
  await folder.stop()
  const world = await ServerWorld.openIn(folder.folder, { tokenExchanges: [{ client: key.access_key.id, audience: [BILLING] }] })
  stack.defer(() => world.stop())
  const signedIn = await world.signIn(email, PASSWORD)
  const { status, body } = await ask(world, signedIn.access_token)
  assert.equal(status, 200)
  assert.deepEqual(claimsOf(body.access_token)['act'], { sub: key.access_key.id })
})
