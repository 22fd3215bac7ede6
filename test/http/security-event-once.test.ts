// A security event that was acted upon is not acted upon again: not after a restart, not by another server.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { AuthError, systemPlatform } from 'countersign/core'
import { MemoryReplayStore } from 'countersign/replay'
import { SecurityEventReceiver } from '../../packages/server/src/revocation/index.ts'
import { startPostgres } from '../service/postgres.ts'
import { ForeignIssuer } from './foreign-issuer.ts'
import { ServerWorld } from './server-world.ts'

const AUDIENCE = 'https://auth.example'
const REVOKED = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked'

const eventOf = (foreign: ForeignIssuer, sub = '248289761001'): Promise<string> =>
  foreign.securityEvent(Date.now(), { sub_id: { format: 'iss_sub', iss: foreign.url, sub }, events: { [REVOKED]: {} } })

async function push(world: ServerWorld, body: string): Promise<number> {
  const { status } = await world.ask('POST', '/v1/security-events', { body, headers: { 'content-type': 'application/secevent+jwt' } })
  return status
}

/** Where the log ends, by appending one more entry. */
async function head(world: ServerWorld): Promise<number> {
  const { body } = await world.local('POST', '/v1/revocations', { target: { kind: 'user', id: 'usr_mark' } })
  return body.position
}

suite('a security event token that is sent again', () => {
  test('[B41] [I01] is acknowledged after a restart, and revokes nothing more', async () => {
    await using foreign = await ForeignIssuer.open()
    const options = { securityEventTransmitters: [{ issuer: foreign.url, audience: AUDIENCE }] }
    const first = await ServerWorld.open(options)
    const event = await eventOf(foreign)
    const before = await head(first)
    assert.equal(await push(first, event), 202)
    await first.stop()
    await using second = await ServerWorld.openIn(first.folder, options)
    for (let turn = 0; turn < 3; turn++) assert.equal(await push(second, event), 202)
    assert.equal(await push(second, await eventOf(foreign, 'somebody-else')), 202)
    assert.equal((await head(second)) - before, 3, 'two events and the mark')
  })

  test('[B41] [I01] is acknowledged by every other server of the same database, and revokes nothing more', async () => {
    await using foreign = await ForeignIssuer.open()
    await using postgres = await startPostgres()
    const options = {
      database: await postgres.createDatabase(),
      secret: randomBytes(32).toString('base64url'),
      issuer: 'https://auth.fleet.example',
      securityEventTransmitters: [{ issuer: foreign.url, audience: AUDIENCE }],
    }
    await using one = await ServerWorld.open(options)
    await using other = await ServerWorld.open(options)
    const event = await eventOf(foreign)
    const before = await head(one)
    for (const world of [one, other, one, other]) assert.equal(await push(world, event), 202)
    assert.equal((await head(other)) - before, 2, 'the event and the mark')
  })

  test('[B41] [I03] is acted upon when the first server was interrupted before it was done, by whichever gets it', async () => {
    await using foreign = await ForeignIssuer.open()
    const replay = new MemoryReplayStore({ clock: systemPlatform.clock })
    const revoked: string[] = []
    const ended: string[] = []
    let isBroken = true
    const receiver = (): SecurityEventReceiver =>
      new SecurityEventReceiver({
        transmitters: [{ issuer: foreign.url, audience: AUDIENCE, jwksUri: undefined, algorithms: ['ES256'] }],
        replay,
        platform: systemPlatform,
        endSignIns: async ({ id }) => void ended.push(id),
        revocations: {
          revoke: async ({ target }) => {
            if (isBroken) throw new AuthError('unavailable')
            revoked.push(String(target.id))
            return { position: 1 } as never
          },
        },
      })
    const event = await eventOf(foreign)
    for (let turn = 0; turn < 2; turn++) await assert.rejects(receiver().receive(event), { code: 'unavailable' })
    isBroken = false
    for (let turn = 0; turn < 20; turn++) await receiver().receive(event)
    assert.deepEqual([revoked, ended], [[`${foreign.url}#248289761001`], ['248289761001']])
  })
})
