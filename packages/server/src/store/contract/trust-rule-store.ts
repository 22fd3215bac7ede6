import assert from 'node:assert/strict'
import type { TrustRule } from '../../session/workload/trust-rule.ts'
import type { Store } from '../store.ts'
import { credentialRecord, NOW } from './record.ts'
import { appendedBy, askAtOnce, assertChainHolds, type OpenStore, promises } from './suite.ts'

const ISSUER = 'https://ci.example'
const SERVICE = 'svc_a'
const MANY = 100

export const ruleRecord = (id: string, change: Partial<TrustRule> = {}): TrustRule => ({
  id,
  name: 'Deployments „ß“',
  issuer: ISSUER,
  jwks: undefined,
  assertionAudience: undefined,
  subject: 'repo:acme/shop:*',
  claims: { repository_id: '74', '/kubernetes.io/namespace': 'prod', run_attempt: 1, protected: true },
  assertionSeconds: 3600,
  reusable: false,
  service: SERVICE,
  scopes: ['deploy:write'],
  audience: [],
  tokenSeconds: 900,
  createdAt: NOW,
  ...change,
})

/** What `TrustRuleStore` promises, for any store. */
export function trustRuleStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, async () => {
    const store = await open()
    await store.services.add(credentialRecord(SERVICE))
    await store.services.add(credentialRecord('svc_b'))
    return store
  })
  const add = async (store: Store, ...rules: readonly TrustRule[]): Promise<void> => {
    for (const rule of rules) assert.equal(await store.trustRules.add(rule, MANY), 'added')
  }

  promise('a trust rule is listed, and found by its issuer, oldest first, as it was given', async (store) => {
    const full = ruleRecord('tru_b', { jwks: { keys: [{ kty: 'OKP', kid: 'k' }] }, assertionAudience: 'us', audience: ['x', 'y'] })
    await add(store, ruleRecord('tru_a', { createdAt: NOW + 1 }), full, ruleRecord('tru_c', { issuer: `${ISSUER}/`, createdAt: NOW + 2 }))
    assert.deepEqual(await store.trustRules.ofIssuer(ISSUER), [full, ruleRecord('tru_a', { createdAt: NOW + 1 })])
    assert.deepEqual(
      (await store.trustRules.list()).map(({ id }) => id),
      ['tru_b', 'tru_a', 'tru_c'],
    )
    assert.deepEqual(await store.trustRules.ofIssuer('https://CI.example'), [])
  })

  promise('a trust rule is for a service that there is, and an issuer has so many at most', async (store) => {
    assert.equal(await store.trustRules.add(ruleRecord('tru_a', { service: 'svc_x' }), MANY), 'no_service')
    await add(store, ruleRecord('tru_a'))
    assert.equal(await store.trustRules.add(ruleRecord('tru_b'), 1), 'full')
    assert.equal(await store.trustRules.add(ruleRecord('tru_b', { issuer: 'https://other.example' }), 1), 'added')
  })

  promise('tokens are issued by a rule that stands, at the head of the log', async (store) => {
    await add(store, ruleRecord('tru_a'))
    assert.equal(await store.trustRules.issue('tru_a'), (await store.log.head()).position)
    await store.log.revoke({ target: { kind: 'everyone', id: '' }, mode: 'soft', reason: undefined, at: NOW })
    assert.equal(await store.trustRules.issue('tru_a'), (await store.log.head()).position)
    assert.equal(await store.trustRules.issue('tru_b'), 'refused')
    await store.trustRules.remove('tru_a', NOW)
    assert.equal(await store.trustRules.issue('tru_a'), 'refused')
  })

  promise('removing a rule appends its cut-off, once', async (store) => {
    await add(store, ruleRecord('tru_a'))
    const appended = await appendedBy(store, async () => {
      assert.deepEqual(
        await askAtOnce(20, () => store.trustRules.remove('tru_a', NOW)),
        new Map([
          [true, 1],
          [false, 19],
        ]),
      )
    })
    assert.deepEqual(appended, ['cutoff client:tru_a hard'])
    await assertChainHolds(store)
  })

  promise('with a service its rules go, each with a cut-off, and no others', async (store) => {
    await add(store, ruleRecord('tru_a'), ruleRecord('tru_b', { service: 'svc_b' }), ruleRecord('tru_c', { createdAt: NOW + 1 }))
    const appended = await appendedBy(store, () => store.services.remove(SERVICE, NOW))
    assert.deepEqual([...appended].sort(), ['credential key:svc_a hard', 'cutoff client:tru_a hard', 'cutoff client:tru_c hard'])
    assert.equal(await store.trustRules.issue('tru_a'), 'refused')
    assert.deepEqual(await store.trustRules.list(), [ruleRecord('tru_b', { service: 'svc_b' })])
  })

  promise('a rule that is made while its service is removed gives nothing afterwards', async (store) => {
    await Promise.all([
      store.services.remove(SERVICE, NOW),
      ...Array.from({ length: 8 }, (_, n) => store.trustRules.add(ruleRecord(`tru_${n}`), MANY)),
    ])
    for (let n = 0; n < 8; n++) assert.equal(await store.trustRules.issue(`tru_${n}`), 'refused')
    assert.deepEqual(await store.trustRules.list(), [])
  })
}
