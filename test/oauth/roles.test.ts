import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as client from 'openid-client'
import { FollowingService } from './following-service.ts'
import { claimsOf, DEVICE_GRANT, onEachDatabase, type OAuthWorld } from './oauth-world.ts'

onEachDatabase('roles that change, and applications', (open) => {
  let world: OAuthWorld
  let service: FollowingService
  before(async () => {
    world = await open()
    service = await FollowingService.open(world)
  })
  after(async () => {
    service[Symbol.dispose]()
    await world[Symbol.asyncDispose]()
  })

  const set = async (role: string, ...scope: readonly string[]): Promise<void> => {
    const { status, text } = await world.server.local('PUT', `/v1/roles/${role}`, { scope })
    assert.equal(status, 200, text)
  }

  test('[D04] a narrower role is narrower for applications at once, and what only roles brought stays theirs', async (t) => {
    await set('packer', 'parcels:read', 'parcels:seal')
    const registered = await world.client({ scopes: ['parcels:read', 'parcels:seal', 'weather:read'] })
    const scope = 'openid parcels:read parcels:seal weather:read'
    const packer = await world.tokens(await world.server.person(['packer']), registered, { scope })
    const plain = await world.tokens(await world.server.person(), registered, { scope })
    assert.equal(claimsOf(packer.access_token).scope, scope)
    assert.equal(claimsOf(plain.access_token).scope, 'openid weather:read')
    assert.equal(await service.verdictOn(packer.access_token, 'parcels:seal'), 'accepted')

    await set('packer', 'parcels:read')
    t.diagnostic(`refused after ${(await service.until('token_revoked', packer.access_token, 'parcels:seal')).toFixed(1)} ms`)
    const fresh = await client.refreshTokenGrant(packer.config, packer.refresh_token ?? '')
    assert.deepEqual(
      [claimsOf(fresh.access_token).scope, fresh.scope?.includes('parcels:seal')],
      ['openid parcels:read weather:read', false],
    )
    assert.equal(await service.verdictOn(fresh.access_token, 'parcels:read'), 'accepted')

    assert.equal((await world.server.local('DELETE', '/v1/roles/packer')).status, 204)
    await service.until('token_revoked', fresh.access_token, 'parcels:read')
    const bare = await client.refreshTokenGrant(packer.config, fresh.refresh_token ?? '')
    const other = await client.refreshTokenGrant(plain.config, plain.refresh_token ?? '')
    assert.deepEqual(
      [bare, other].map((given) => claimsOf(given.access_token).scope),
      ['openid weather:read', 'openid weather:read'],
      'no role brings it any more: it is nobody’s, and not everybody’s',
    )
    assert.deepEqual((await world.server.local('GET', '/v1/roles')).body.reserved, ['parcels:read', 'parcels:seal'])

    await set('packer', 'parcels:read', 'parcels:seal')
    const again = await client.refreshTokenGrant(packer.config, bare.refresh_token ?? '')
    assert.equal(claimsOf(again.access_token).scope, scope, 'what was agreed to is given again')
    assert.equal((await world.server.local('POST', '/v1/reserved-scopes/release', { scope: 'parcels:seal' })).status, 400)
    await set('packer', 'parcels:read')
    assert.equal((await world.server.local('POST', '/v1/reserved-scopes/release', { scope: 'parcels:seal' })).status, 204)
    assert.equal((await world.server.local('POST', '/v1/reserved-scopes/release', { scope: 'parcels:seal' })).status, 404)
    const released = await world.tokens(await world.server.person(), registered, { scope })
    assert.equal(claimsOf(released.access_token).scope, 'openid parcels:seal weather:read')
  })

  test('[D04] a scope that a role begins to bring is taken from those who have not the role', async () => {
    const registered = await world.client({ scopes: ['doors:open', 'weather:read'] })
    const {
      config,
      access_token: token,
      refresh_token,
    } = await world.tokens(await world.server.person(), registered, {
      scope: 'openid doors:open',
    })
    assert.equal(await service.verdictOn(token, 'doors:open'), 'accepted')
    await set('keeper', 'doors:open')
    await service.until('token_revoked', token, 'doors:open')
    const fresh = await client.refreshTokenGrant(config, refresh_token ?? '')
    assert.equal(claimsOf(fresh.access_token).scope, 'openid')
  })

  test('[D04] a device, too, is given what only a role brings for those alone who have it, by whatever name the role goes', async () => {
    await set('team:lead-1', 'tills:open')
    const registered = await world.client({ redirect_uris: [], grant_types: [DEVICE_GRANT, 'refresh_token'], scopes: ['tills:open'] })
    const config = await world.configured(registered)
    const given = []
    for (const roles of [['team:lead-1'], []]) {
      const begun = await client.initiateDeviceAuthorization(config, { scope: 'openid tills:open' })
      const browser = await world.browser((await world.server.person(roles)).email)
      await browser.submit(await browser.open(`/device?user_code=${begun.user_code}`), 'allow')
      given.push(await client.genericGrantRequest(config, DEVICE_GRANT, { device_code: begun.device_code }))
    }
    const scopes = given.map(({ access_token: token }) => claimsOf(token).scope)
    assert.deepEqual(scopes, ['openid tills:open', 'openid'])
    await set('team:lead-1')
    for (const { access_token: token } of given) await service.until('token_revoked', token, 'openid')
  })

  test('[D04] [I02] whatever an application fetches while a role changes says what is true, or is refused', async () => {
    await set('racer', 'race:run')
    const registered = await world.client({ scopes: ['race:run'] })
    const person = await world.server.person(['racer'])
    let given: { readonly access_token: string; readonly refresh_token?: string }
    const { config, ...first } = await world.tokens(person, registered, { scope: 'openid race:run' })
    given = first
    for (let round = 0; round < 12; round++) {
      const scope = round % 2 === 0 ? [] : ['race:run']
      const fetching = client.refreshTokenGrant(config, given.refresh_token ?? '')
      await set('racer', ...scope)
      given = await fetching
      // Dead is an honest one as well, whose request had begun before.
      const says = (token: string): boolean => claimsOf(token).scope === ['openid', ...scope].join(' ')
      if (!says(given.access_token)) await service.until('token_revoked', given.access_token, 'race:run')
      given = await client.refreshTokenGrant(config, given.refresh_token ?? '')
      assert.ok(says(given.access_token))
      await service.until('accepted', given.access_token, 'openid')
    }
  })
})
