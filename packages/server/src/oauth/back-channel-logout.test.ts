import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { ManualClock, systemRandom } from 'countersign/core'
import { generateSigningKey } from 'countersign/key'
import { type Courier, DeliveryWorker, OutboundError, type Outcome } from '../delivery/index.ts'
import { clientRecord } from '../store/contract/oauth-store.ts'
import { NOW } from '../store/contract/record.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import { backChannelLogoutCourier, logoutDestination, logoutJob } from './back-channel-logout.ts'
import type { OAuthClient } from './oauth-client.ts'

const uri = 'https://a.example/logout'

const key = generateSigningKey('ES256')

/** To a client that answers so. */
function courierTo(answer: (session: string) => number | Error, clock: ManualClock, client: Partial<OAuthClient> = {}): Courier {
  return backChannelLogoutCourier({
    issuer: 'https://issuer.example',
    clients: { find: async () => clientRecord('cli_a', { backchannelLogoutUri: uri, ...client }) },
    keys: { current: () => key },
    outbound: {
      async post({ url, body }) {
        assert.equal(url, uri)
        assert.match(body, /^logout_token=[\w-]+\.[\w-]+\.[\w-]+$/)
        const said = answer(JSON.parse(Buffer.from(body.split('.')[1] ?? '', 'base64url').toString()).sid)
        if (typeof said !== 'number') throw said
        return { status: said, body: '' }
      },
    },
    platform: { clock, random: systemRandom, fetch },
  })
}

/** What comes of one attempt. */
function attempt(
  said: number | Error,
  { n = 1, client = {} }: { readonly n?: number; readonly client?: Partial<OAuthClient> } = {},
): Promise<Outcome> {
  const courier = courierTo(() => said, new ManualClock(NOW), client)
  const job = logoutJob({ session: 'ses_a', client: 'cli_a', user: 'usr_a' }, NOW)
  return courier.deliver({ ...job, attempt: n }, logoutDestination('cli_a', NOW), new AbortController().signal)
}

suite('telling a client that a session has ended', () => {
  test('[D08] any success is one; 400 is the last word; all else is tried again, most of a day', async () => {
    for (const status of [200, 202, 204]) assert.deepEqual(await attempt(status), { state: 'delivered', kept: `HTTP ${status}` })
    assert.deepEqual(await attempt(400), { state: 'refused', problem: 'HTTP 400' })
    for (const status of [302, 401, 404, 500, 501]) assert.deepEqual(await attempt(status), { state: 'failed', problem: `HTTP ${status}` })
    const away = new OutboundError('timeout')
    assert.deepEqual(await attempt(away, { n: 23 }), { state: 'failed', problem: 'timeout' })
    for (const said of [away, 503]) assert.equal((await attempt(said, { n: 24 })).state, 'refused')
  })

  test('[D08] who does not want to be told any more, or is disabled, is not', async () => {
    for (const client of [{ backchannelLogoutUri: undefined }, { disabledAt: NOW }]) {
      assert.deepEqual(await attempt(500, { client }), { state: 'refused', problem: 'no_logout_uri' })
    }
  })

  test('[D08] what a client could not take for hours does not hold up what comes after it', async () => {
    const clock = new ManualClock(NOW)
    const told = new Set<string>()
    const answer = (session: string): number => {
      told.add(session)
      return session === 'ses_new' ? 200 : 500
    }
    const store = createMemoryStore({ cutoffLifeMs: 1, clock }).deliveries
    await store.add(logoutDestination('cli_a', NOW))
    const platform = { clock, random: systemRandom, fetch }
    const worker = new DeliveryWorker({ store, couriers: [courierTo(answer, clock)], platform })
    const jobOf = (session: string) => logoutJob({ session, client: 'cli_a', user: 'usr_a' }, NOW)
    await store.enqueue(Array.from({ length: 300 }, (_, n) => jobOf(`ses_${n}`)))
    const toldOf = async (sessions: number): Promise<void> => {
      worker.wake()
      for (let n = 0; n < 20_000 && told.size < sessions; n++) await turn()
      assert.equal(told.size, sessions)
    }
    await toldOf(300)
    await store.enqueue([jobOf('ses_new')])
    await toldOf(301)
    await worker.stop()
  })
})
