import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { ArrivedRequest, Decision, Requirement, Verifier } from 'countersign'
import { followIssuer, GuardedService } from './guarded-service.ts'
import { mounts } from './mount.ts'

for (const [name, mount] of Object.entries(mounts)) {
  suite(`what a route decides for itself, behind ${name}`, () => {
    test('[D04] its own function is asked about caller and request, after scope and role', async () => {
      await using service = await GuardedService.open(mount)
      const { issuer } = service
      const ask = (group: string, token = issuer.token()) =>
        service.send({
          target: '/of-group',
          headers: [
            ['Authorization', `Bearer ${token}`],
            ['X-Group', group],
          ],
        })
      assert.equal((await ask('grp_north')).status, 200)
      const refused = service.isRefused(await ask('grp_south'), 'not_allowed')
      assert.equal(refused.status, 403)
      assert.equal(refused.headers.has('www-authenticate'), false)
      service.isRefused(await ask('grp_north', issuer.token({ scope: 'other' })), 'scope_insufficient')
      const unknown = await service.refuses('/of-group', undefined, 'credential_missing')
      assert.equal(unknown.status, 401)
      assert.equal(service.handled, 1)
    })

    test('[D04] an engine of policies allows with true alone; what fails denies', async () => {
      await using service = await GuardedService.open(mount)
      const token = service.issuer.token()
      await service.accepts('/by-engine?yes', token)
      for (const answer of ['no', 'truthy', 'unknown']) await service.refuses(`/by-engine?${answer}`, token, 'not_allowed')
      await service.refuses('/by-engine?fails', token, 'internal')
      await service.refuses('/by-engine?hides', token, 'not_found')
      await service.refuses('/by-engine?yes', service.issuer.token({ roles: ['guest'] }), 'role_insufficient')
      assert.equal(service.handled, 1)
    })

    test('[D04] decisions are told without credentials: who, what the route asks, and why not', async () => {
      const told: Decision[] = []
      await using service = await GuardedService.open(mount, { onDecision: (decision) => void told.push(decision) })
      const { issuer } = service
      const token = issuer.token({ jti: 'tok_known' })
      await service.refuses('/admin?secret=tea', token, 'role_insufficient')
      await service.refuses('/orders/write', token, 'scope_insufficient')
      await service.refuses('/by-engine?no', token, 'not_allowed')
      await service.refuses('/by-engine?fails', token, 'internal')
      await service.accepts('/by-engine?yes', token)
      await service.accepts('/admin', issuer.token({ roles: ['admin'] }))
      // Nothing is asked of the caller there, and nobody is known here.
      await service.accepts('/orders', token)
      await service.refuses('/admin', undefined, 'credential_missing')
      assert.deepEqual(
        told.map(({ allowed, code, path }) => [allowed, code, path]),
        [
          [false, 'role_insufficient', '/admin'],
          [false, 'scope_insufficient', '/orders/write'],
          [false, 'not_allowed', '/by-engine'],
          [false, 'internal', '/by-engine'],
          [true, undefined, '/by-engine'],
          [true, undefined, '/admin'],
        ],
      )
      assert.deepEqual(told[0], {
        allowed: false,
        code: 'role_insufficient',
        subject: 'usr_ann',
        client: 'app',
        session: 'ses_1',
        tokenId: 'tok_known',
        method: 'GET',
        path: '/admin',
        scope: [],
        role: 'admin',
      })
      const text = JSON.stringify(told)
      assert.ok(!text.includes('tea') && !text.includes(token.slice(-20)))
    })
  })
}

const arrival: ArrivedRequest = {
  method: 'GET',
  target: '/',
  encrypted: true,
  peer: undefined,
  identity: {},
  values: () => undefined,
  names: () => [],
  body: async () => new Uint8Array(),
}

suite('a function that decides', () => {
  const open = async (
    requirement: Requirement,
    options = {},
  ): Promise<Awaited<ReturnType<typeof followIssuer>> & { ask(): Promise<unknown> }> => {
    const world = await followIssuer(options)
    const ask = (): Promise<unknown> =>
      world.verifier.authenticate({ authorization: `Bearer ${world.issuer.token()}`, arrival }, requirement)
    return { ...world, ask }
  }

  test('a token that is revoked while an engine thinks is refused', async () => {
    let revoke = (): void => {}
    const world = await open({
      allow: async () => {
        revoke()
        await new Promise(setImmediate)
        return true
      },
    })
    await world.ask()
    revoke = () => world.issuer.revoke('user', 'usr_ann')
    await assert.rejects(world.ask(), { code: 'token_revoked' })
    world.verifier.close()
  })

  test('a listener that fails changes no decision', async () => {
    const world = await open(
      { role: 'staff' },
      {
        onDecision: () => {
          throw new Error('the disk is full')
        },
      },
    )
    await world.ask()
    world.verifier.close()
  })

  test('is checked when the route is made, and wants the request', async () => {
    const { verifier, issuer } = await open({})
    for (const allow of [true, 'yes', {}, null]) assert.throws(() => verifier.routeRule({ allow } as unknown as Requirement), TypeError)
    await assert.rejects(verifier.authenticate({ authorization: `Bearer ${issuer.token()}` }, { allow: () => true }), TypeError)
    verifier.close()
  })

  test('of a connection it is asked once, when it is opened', async () => {
    let asked = 0
    let answer = true
    const { verifier, issuer, clock } = await open({})
    const watch = (): ReturnType<Verifier['watch']> =>
      verifier.watch({ authorization: `Bearer ${issuer.token()}`, arrival }, { allow: () => (asked++, answer) }, () => {})
    const opened = await watch()
    clock.advance(3000)
    assert.equal(asked, 1)
    answer = false
    await assert.rejects(watch(), { code: 'not_allowed' })
    opened.close()
    verifier.close()
  })
})
