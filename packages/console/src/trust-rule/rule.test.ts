import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../api/problem.ts'
import { claimsOf, emptyRule, ruleBody } from './rule-draft.ts'
import { claimTexts, verdictOf } from './rule.ts'

const atClaims = (error: unknown): boolean => error instanceof Problem && error.errors[0]?.pointer === '/claims'

test('claims are texts, one a line, and what stands behind the first = is the value', () => {
  assert.deepEqual(claimsOf('repository_id=74\n\n /kubernetes.io/namespace=prod=1 \n'), {
    repository_id: '74',
    '/kubernetes.io/namespace': 'prod=1',
  })
  assert.equal(claimsOf(' \n'), undefined)
  assert.throws(() => claimsOf('=74'), atClaims)
  assert.throws(() => claimsOf('repository_id'), atClaims)
  assert.throws(() => claimsOf('ref=a\nref=b'), atClaims, 'it cannot be both')
})

test('a JSON object of claims keeps numbers and truth values, and goes to the server as it is where it is none', () => {
  assert.deepEqual(claimsOf('{"repository_id":74,"protected":true}'), { repository_id: 74, protected: true })
  assert.equal(claimsOf('{"repository_id":'), '{"repository_id":')
  const claims = { repository_id: 74, ref: 'main', protected: true }
  assert.deepEqual(claimTexts({ claims }), ['repository_id=74', 'ref=main', 'protected=true'])
})

test('of a new rule what was left empty gets its default', () => {
  const typed = { ...emptyRule, name: ' Deploy ', issuer: 'https://ci.example', subject: 'repo:acme/shop:*', service: 'svc_1' }
  const least = { name: 'Deploy', issuer: 'https://ci.example', subject: 'repo:acme/shop:*', service: 'svc_1' }
  assert.deepEqual(ruleBody(typed), least)
  const more = { jwks: '{"keys":[]}', scopes: 'deploy:write', tokenSeconds: '60', assertionSeconds: 'soon', reusable: true }
  assert.deepEqual(ruleBody({ ...typed, ...more }), {
    ...least,
    jwks: { keys: [] },
    scopes: ['deploy:write'],
    token_seconds: 60,
    assertion_seconds: 'soon',
    reusable: true,
  })
})

test('a token is taken by one rule; of several a service has to be named; of none it says whether any was asked', () => {
  const finding = { rule: 'tru_1', name: 'Deploy', service: 'svc_1', accepts: true, problem: null }
  assert.deepEqual(verdictOf([finding]), { isTaken: true, title: 'One rule takes the token', text: 'Deploy' })
  assert.match(verdictOf([finding, { ...finding, name: 'Build' }]).title, /^Several rules/)
  assert.equal(verdictOf([{ ...finding, accepts: false, problem: 'aud' }]).isTaken, false)
  assert.match(verdictOf([]).text, /^No rule is about its issuer/)
})
