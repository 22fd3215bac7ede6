import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from 'countersign/core'
import { claimAt, requireConditions, unmetCondition } from './claim-condition.ts'

/** A part of what a projected token of Kubernetes says (kubernetes.io, "Schema for service account private claims"), and names that need care. */
const claims = {
  'kubernetes.io': { namespace: 'prod', serviceaccount: { name: 'orders' } },
  'https://ci.example/team': 'shop',
  'a/b': { '~x': 1 },
  list: ['prod'],
  empty: '',
  nothing: null,
}

test('a claim is found by its name, or by a JSON pointer through objects', () => {
  for (const [name, expected] of [
    ['https://ci.example/team', 'shop'],
    ['/kubernetes.io/serviceaccount/name', 'orders'],
    ['/a~1b/~0x', 1],
    ['kubernetes.io/namespace', undefined],
    ['/kubernetes.io', claims['kubernetes.io']],
    ['/kubernetes.io/namespace/length', undefined],
    ['/list/0', undefined],
    ['/nothing/x', undefined],
    ['constructor', undefined],
    ['/kubernetes.io/__proto__', undefined],
    ['/', undefined],
  ] as const) {
    assert.equal(claimAt(claims, name), expected, name)
  }
})

test('a condition holds for the same value of the same type, and for nothing else', () => {
  assert.equal(unmetCondition({ '/kubernetes.io/namespace': 'prod', empty: '', '/a~1b/~0x': 1 }, claims), undefined)
  assert.equal(unmetCondition({}, claims), undefined)
  for (const [name, value] of [
    ['/kubernetes.io/namespace', 'PROD'],
    ['/a~1b/~0x', '1'],
    ['/a~1b/~0x', true],
    ['list', 'prod'],
    ['nothing', 'null'],
    ['missing', ''],
    ['missing', false],
  ] as const) {
    assert.equal(unmetCondition({ [name]: value }, claims), name)
  }
})

test('conditions that could not be met, or that the protocol decides, are refused', () => {
  for (const wrong of [
    { sub: 'x' },
    { exp: 1 },
    { '/aud': 'x' },
    { '': 'x' },
    { '/a~': 'x' },
    { '/a~2': 'x' },
    { ['x'.repeat(513)]: 'x' },
    { a: 'x'.repeat(513) },
    { a: 1.5 },
    { a: 'x\u0000' },
    Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`a${n}`, 'x'])),
  ]) {
    assert.throws(
      () => requireConditions(wrong),
      (error) => error instanceof AuthError && error.detail['pointer'] === '/claims',
    )
  }
})
