import assert from 'node:assert/strict'
import { after, before, mock, test } from 'node:test'
import * as client from 'openid-client'
import { type Consented, onEachDatabase, type OAuthWorld, refusedWith } from './oauth-world.ts'

const SECOND_MS = 1000
const DAY_MS = 86_400 * SECOND_MS
const OFFLINE = { scope: 'openid orders:read offline_access', prompt: 'consent' }

type Given = Awaited<ReturnType<OAuthWorld['tokens']>>

/** All is handed out at one moment; then the clock of this process moves, forwards alone: the server's, the protocol library's, the client's. */
onEachDatabase('how long codes and refresh tokens live', (open) => {
  let world: OAuthWorld
  let start = 0
  let codes: readonly Consented[]
  let bound: Given
  let offline: Given
  let unused: Given
  before(async () => {
    mock.timers.enable({ apis: ['Date'], now: Date.now() })
    start = Date.now()
    world = await open()
    const person = await world.server.person()
    const registered = await world.client()
    codes = [await world.consented(person, registered), await world.consented(person, registered)]
    bound = await world.tokens(person, registered)
    offline = await world.tokens(person, await world.client(), OFFLINE)
    unused = await world.tokens(person, await world.client(), OFFLINE)
  })
  after(async () => {
    await world[Symbol.asyncDispose]()
    mock.timers.reset()
  })

  const redeem = ({ config, back, checks }: Consented): Promise<unknown> => client.authorizationCodeGrant(config, back, checks)
  const refresh = ({ config }: Given, token: string | undefined) => client.refreshTokenGrant(config, token ?? '')
  const standAt = (afterMs: number): void => mock.timers.setTime(start + afterMs)

  test('[D01] a code is redeemed within a minute of its making, or never', async () => {
    const [first, second] = codes
    assert.ok(first !== undefined && second !== undefined)
    standAt(59 * SECOND_MS)
    assert.equal(await refusedWith(redeem(first)), 'nothing')
    standAt(61 * SECOND_MS)
    assert.equal(await refusedWith(redeem(second)), 'invalid_grant')
  })

  test('[D01] [D08] a refresh token ends with the session that has idled away, with offline_access when it was not used for 30 days', async () => {
    standAt(15 * DAY_MS)
    assert.equal(await refusedWith(refresh(bound, bound.refresh_token)), 'invalid_grant')
    standAt(29 * DAY_MS)
    unused = { ...unused, ...(await refresh(unused, unused.refresh_token)) }
    offline = { ...offline, ...(await refresh(offline, offline.refresh_token)) }
    standAt(58 * DAY_MS)
    offline = { ...offline, ...(await refresh(offline, offline.refresh_token)) }
    standAt(59 * DAY_MS + SECOND_MS)
    assert.equal(await refusedWith(refresh(unused, unused.refresh_token)), 'invalid_grant')
  })

  test('[D01] 90 days after the first one refresh tokens end, however often they were used', async () => {
    standAt(87 * DAY_MS)
    const { refresh_token: last } = await refresh(offline, offline.refresh_token)
    standAt(90 * DAY_MS + SECOND_MS)
    assert.equal(await refusedWith(refresh(offline, last)), 'invalid_grant')
  })
})
