import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { askByForm, FollowingService, introspect, revoke } from './authority-world.ts'
import { FakeIssuer } from './fake-issuer.ts'
import { ServerWorld } from './server-world.ts'
import { systemPlatform } from 'countersign/core'

/** Where the log ends. */
async function headOf(world: ServerWorld, credential: string): Promise<number> {
  const { text } = await world.ask('GET', '/v1/feed/snapshot', { token: credential })
  return JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString()).head
}

for (const accessTokenForm of ['jwt', 'opaque'] as const) {
  test(`[B27] a revoked ${accessTokenForm} access token is dead everywhere, its session and its successors live`, async () => {
    await using world = await ServerWorld.open({ accessTokenForm })
    const { credential } = await world.service()
    using service = await FollowingService.open(world, credential)
    const person = await world.person()
    assert.equal(await service.verdictOn(person.access_token), '200')
    const before = await headOf(world, credential)
    const answer = await revoke(world, credential, person.access_token)
    assert.deepEqual([answer.status, answer.text, answer.headers.get('cache-control')], [200, '', 'no-store'])
    await service.reaches(before + 1)
    assert.equal(await world.verdictOn(person.access_token), 'token_revoked')
    assert.equal(await service.verdictOn(person.access_token), 'token_revoked')
    assert.deepEqual((await introspect(world, credential, person.access_token)).body, { active: false })
    const successor = await world.refresh(person.refresh_token)
    assert.equal(await world.verdictOn(successor.access_token), '200')
    assert.equal(await service.verdictOn(successor.access_token), '200')
    // Once more, and by JSON: nothing is written for what is dead.
    const { body } = await introspect(world, credential, successor.access_token)
    assert.equal(body.active, true)
    for (const hint of ['access_token', 'refresh_token', 'saml2', '']) {
      assert.equal(
        (await askByForm(world, '/v1/tokens/revoke', credential, { token: person.access_token, token_type_hint: hint })).status,
        200,
      )
    }
    assert.equal(await headOf(world, credential), before + 1)
  })

  test(`[B27] a revoked refresh token ends its session, hard, with its ${accessTokenForm} access tokens; an older one too`, async () => {
    await using world = await ServerWorld.open({ accessTokenForm })
    const { credential } = await world.service()
    for (const generations of [1, 3]) {
      const person = await world.person()
      let newest = person
      for (let generation = 1; generation < generations; generation++)
        newest = { ...person, ...(await world.refresh(newest.refresh_token)) }
      assert.equal((await revoke(world, credential, person.refresh_token)).status, 200)
      assert.equal(await world.verdictOn(newest.access_token), 'token_revoked')
      assert.equal(await world.refreshVerdictOn(newest.refresh_token), 'refresh_invalid')
      assert.equal((await revoke(world, credential, person.refresh_token)).status, 200)
    }
  })
}

test('[B27] whatever is not a living token of ours is answered like one that was, and nothing is written', async () => {
  await using world = await ServerWorld.open()
  const { credential } = await world.service()
  const before = await headOf(world, credential)
  const foreign = new FakeIssuer(systemPlatform.clock).token()
  for (const token of [
    'x',
    'a.b.c',
    foreign,
    `cs_at_${'A'.repeat(22)}.${'A'.repeat(300)}`,
    `cs_rt_${'A'.repeat(22)}.1.${'A'.repeat(43)}`,
    credential,
  ]) {
    assert.equal((await revoke(world, credential, token)).status, 200)
  }
  assert.equal(await headOf(world, credential), before)
})

suite('opaque access tokens', () => {
  test('[B35] say nothing to who holds them, and nothing is stored of them, so nothing grows', async () => {
    await using world = await ServerWorld.open({ accessTokenForm: 'opaque' })
    const { credential } = await world.service()
    let person = await world.person(['staff'])
    const handles: string[] = []
    for (let time = 0; time < 20; time++) {
      handles.push(person.access_token)
      person = { ...person, ...(await world.refresh(person.refresh_token)) }
    }
    assert.equal(new Set(handles).size, handles.length)
    for (const handle of handles) {
      assert.match(handle, /^cs_at_[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]+$/)
      const bytes = Buffer.from(handle.slice(handle.indexOf('.') + 1), 'base64url').toString('latin1')
      for (const word of [person.user.id, person.session.id, '"staff"', '"sub":', world.url]) assert.equal(bytes.includes(word), false)
      assert.equal((await introspect(world, credential, handle)).body.active, true)
    }
    const stored = ['', '-wal'].map((suffix) => readFileSync(join(world.folder, 'data', `countersign.db${suffix}`), 'latin1')).join('')
    assert.ok(stored.includes(person.session.id))
    for (const handle of handles) assert.equal(stored.includes(handle.slice('cs_at_'.length, 'cs_at_'.length + 22)), false)
  })

  test('[B35] a service asks about one once, and then decides by the log, as instantly as about any other', async () => {
    await using world = await ServerWorld.open({ accessTokenForm: 'opaque', roleScopes: { staff: ['orders:read'] } })
    const { credential } = await world.service()
    using service = await FollowingService.open(world, credential)
    const person = await world.person(['staff'])
    for (let time = 0; time < 5; time++) assert.equal(await service.verdictOn(person.access_token, { scope: 'orders:read' }), '200')
    assert.equal(await service.verdictOn(person.access_token, { scope: 'orders:write' }), 'scope_insufficient')
    assert.deepEqual(service.asked, [person.access_token])
    const { body } = await world.local('POST', '/v1/revocations', { target: { kind: 'user', id: person.user.id }, mode: 'soft' })
    await service.reaches(body.position)
    assert.equal(await service.verdictOn(person.access_token), 'token_revoked')
    assert.equal(service.asked.length, 1)
    const successor = await world.refresh(person.refresh_token)
    assert.equal(await service.verdictOn(successor.access_token), '200')
    assert.equal(service.asked.length, 2)
  })

  test('[B35] what the issuer does not know is refused, and asked about once', async () => {
    await using world = await ServerWorld.open({ accessTokenForm: 'opaque' })
    const { credential } = await world.service()
    using service = await FollowingService.open(world, credential)
    const { access_token } = await world.person()
    const last = access_token.at(-1) === 'A' ? 'Q' : 'A'
    const forged = access_token.slice(0, -1) + last
    for (let time = 0; time < 3; time++) assert.equal(await service.verdictOn(forged), 'token_revoked')
    assert.deepEqual(service.asked, [forged])
    assert.equal(await service.verdictOn(access_token), '200')
  })

  test('[B35] a service for another audience does not accept it', async () => {
    await using world = await ServerWorld.open({ accessTokenForm: 'opaque' })
    const { credential } = await world.service()
    using service = await FollowingService.open(world, credential, { audience: 'https://other.example' })
    assert.equal(await service.verdictOn((await world.person()).access_token), 'token_invalid')
  })

  test('[B35] one that a bounded cache has forgotten is asked about again; one whose issuer does not answer is not refused for good', async () => {
    await using world = await ServerWorld.open({ accessTokenForm: 'opaque' })
    const { credential } = await world.service()
    using service = await FollowingService.open(world, credential, { cacheSize: 1 })
    const [one, other, third] = [await world.person(), await world.person(), await world.person()]
    for (const { access_token } of [one, other, one]) assert.equal(await service.verdictOn(access_token), '200')
    assert.deepEqual(service.asked, [one.access_token, other.access_token, one.access_token])
    await world.stop()
    assert.equal(await service.verdictOn(one.access_token), '200')
    assert.equal(await service.verdictOn(third.access_token), 'revocation_unknown')
  })
})
