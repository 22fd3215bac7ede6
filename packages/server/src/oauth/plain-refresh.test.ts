import assert from 'node:assert/strict'
import { beforeEach, suite, test } from 'node:test'
import { ManualClock, systemRandom } from 'countersign/core'
import { generateSigningKey } from 'countersign/key'
import { MasterSecret } from '../signing/index.ts'
import { allowed, clientRecord, GRANT, SESSION, USER } from '../store/contract/oauth-store.ts'
import { NOW } from '../store/contract/record.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import type { Store } from '../store/store.ts'
import { ArtifactPayloads } from './artifact-payload.ts'
import { OAuthClients } from './oauth-clients.ts'
import type { OAuthStore } from './oauth-store.ts'
import { PlainRefresh } from './plain-refresh.ts'
import type { PlainGrantPayload, PlainRefreshPayload } from './refresh-payload.ts'
import { RefreshSuccessors } from './successor.ts'

const DAY_SECONDS = 86_400
const AT = NOW / 1000
const ORDERS = 'https://orders.example'
const CLIENT = 'cli_app'
const TOKEN = 'k'.repeat(43)
const key = generateSigningKey('ES256')
const secret = MasterSecret.parse('kP3mQ8vXz1Lr6TnB4wYc9HsD2fJgUa7Ee5RoNtVb0iMqZx')

const refresh: PlainRefreshPayload = {
  kind: 'RefreshToken',
  accountId: USER,
  clientId: CLIENT,
  grantId: GRANT,
  gty: 'authorization_code',
  scope: 'openid orders:read',
  resource: ORDERS,
  sessionUid: SESSION,
  iat: AT,
  exp: AT + 30 * DAY_SECONDS,
  iiat: AT,
}
const grant: PlainGrantPayload = {
  accountId: USER,
  clientId: CLIENT,
  exp: AT + 366 * DAY_SECONDS,
  openid: { scope: 'openid' },
  resources: { [ORDERS]: 'openid orders:read orders:write' },
}

interface Change {
  readonly refresh?: Readonly<Record<string, unknown>>
  readonly grant?: Readonly<Record<string, unknown>>
  readonly parameters?: Readonly<Record<string, string>>
  readonly audience?: readonly string[]
  readonly given?: readonly string[]
  readonly redeem?: OAuthStore['redeem']
}

suite('a refresh that is plainly to be granted', () => {
  const clock = new ManualClock(NOW)
  const platform = { clock, random: systemRandom, fetch }
  const payloads = new ArtifactPayloads(secret, systemRandom)
  const successors = new RefreshSuccessors(secret)
  const idOf = (token: string): string => payloads.idOf('RefreshToken', token)
  let store: Store
  beforeEach(async () => {
    store = createMemoryStore({ cutoffLifeMs: 1000, clock })
    await allowed(store)
    const app = { kind: 'native', secretHash: undefined, scopes: ['orders:read', 'orders:write'] } as const
    await store.oauthClients.add(clientRecord(CLIENT, app))
  })

  async function answered(change: Change = {}): Promise<Response | undefined> {
    const { redeem = (redemption) => store.oauth.redeem(redemption), given = ['orders:read', 'orders:write'] } = change
    await store.oauth.putGrant({
      id: GRANT,
      user: USER,
      client: CLIENT,
      payload: JSON.stringify({ ...grant, ...change.grant }),
      changedAt: NOW,
    })
    await store.oauth.put({
      model: 'RefreshToken',
      id: idOf(TOKEN),
      payload: payloads.close('RefreshToken', { ...refresh, ...change.refresh }),
      grant: GRANT,
      user: USER,
      client: CLIENT,
      session: SESSION,
      userCode: undefined,
      expiresAt: NOW + DAY_SECONDS * 1000,
    })
    const oauth = {
      findRefresh: (...asked: Parameters<OAuthStore['findRefresh']>) => store.oauth.findRefresh(...asked),
      redeem,
    } as OAuthStore
    const strangers = { admit: async () => assert.fail('a refresh is no request of a stranger') }
    const handler = new PlainRefresh({
      issuer: 'https://auth.example',
      audience: change.audience ?? [ORDERS],
      accessTokenSeconds: 300,
      scopesFrom: () => given,
      artifacts: { store: oauth, replay: store.replay, payloads, successors, strangers, clock, overlapMs: 0 },
      clients: new OAuthClients({
        store: store.oauthClients,
        platform,
        certificates: { arrive: false, areVerified: false },
        mayCall: () => false,
        onRemoved: async () => undefined,
      }),
      keys: { current: () => key } as never,
      ...platform,
    })
    const parameters = { refresh_token: TOKEN, ...change.parameters }
    const answer = await handler.answer({ grant: 'refresh_token', client: CLIENT, secret: undefined, parameters })
    return answer?.response({})
  }
  const stateOf = async (token: string) => store.oauth.findRefresh(CLIENT, idOf(token), NOW)

  test('[D01] is granted, and its successor hangs on what it hung on', async () => {
    const answer = await answered()
    const body = (await answer?.json()) as Readonly<Record<string, string>>
    assert.deepEqual([answer?.status, body['scope'], body['refresh_token']], [200, 'openid orders:read', successors.of(TOKEN)])
    assert.equal(await stateOf(TOKEN), undefined)
    const next = (await stateOf(successors.of(TOKEN)))?.payload ?? '{}'
    assert.deepEqual(JSON.parse(next), { ...refresh, gty: 'authorization_code refresh_token', rotations: 1 })
    await store.sessions.end(SESSION, NOW)
    assert.equal(await stateOf(successors.of(TOKEN)), undefined)
  })

  const others: Readonly<Record<string, Change>> = {
    'a token that has expired': { refresh: { exp: AT } },
    'a consent that has expired': { grant: { exp: AT } },
    'the consent of somebody else': { grant: { accountId: 'usr_b' } },
    'the consent for another client': { grant: { clientId: 'cli_b' } },
    'a token that tells of somebody else': { refresh: { accountId: 'usr_b' } },
    'a token that tells of another client': { refresh: { clientId: 'cli_b' } },
    'a token that tells of another consent': { refresh: { grantId: 'gra_b' } },
    'a token that is bound to a key': { refresh: { jkt: 'x' } },
    'a token that is bound to a certificate': { refresh: { 'x5t#S256': 'x' } },
    'a token that asks for single claims': { refresh: { claims: { id_token: { auth_time: null } } } },
    'a token with a member that nobody knows': { refresh: { news: true } },
    'a token that ends with the library’s session': { refresh: { expiresWithSession: true } },
    'a token for two audiences': { refresh: { resource: [ORDERS, 'https://refunds.example'] } },
    'a token without scopes': { refresh: { scope: undefined } },
    'a consent of which a part was taken back': { grant: { rejected: { resources: { [ORDERS]: 'orders:read' } } } },
    'a consent with authorization details': { grant: { rar: [{}] } },
    'a consent for another audience': { grant: { resources: { 'https://refunds.example': 'orders:read' } } },
    'an audience that is none any more': { audience: ['https://refunds.example'] },
    'nothing left that the client may have': { refresh: { scope: 'orders:write' }, given: [] },
    'a scope beyond what the token has': { parameters: { scope: 'orders:read orders:write' } },
    'a scope twice': { parameters: { scope: 'orders:read orders:read' } },
    'another audience': { parameters: { resource: 'https://refunds.example' } },
    'a parameter that nobody knows': { parameters: { unknown: 'x' } },
    'a token of another form': { parameters: { refresh_token: `${TOKEN}=` } },
  }
  for (const [what, change] of Object.entries(others)) {
    test(`[D01] ${what}: not here, and nothing has changed`, async () => {
      assert.equal(await answered(change), undefined)
      assert.ok((await stateOf(TOKEN)) !== undefined)
      assert.equal(await stateOf(successors.of(TOKEN)), undefined)
    })
  }

  test('[D01] [I01] what somebody else was quicker with, or what has ended meanwhile, is refused, and not asked for again', async () => {
    const answer = await answered({ redeem: async () => false })
    assert.equal(answer?.status, 400)
    const { error, ...rest } = (await answer.json()) as Readonly<Record<string, unknown>>
    assert.deepEqual([error, Object.keys(rest)], ['invalid_grant', ['error_description']])
  })

  test('[D01] 90 days after the first of its family the last one ends', async () => {
    await answered({ refresh: { iiat: AT - 89 * DAY_SECONDS } })
    const { exp } = JSON.parse((await stateOf(successors.of(TOKEN)))?.payload ?? '{}') as { readonly exp?: number }
    assert.equal(exp, AT + DAY_SECONDS)
  })
})
