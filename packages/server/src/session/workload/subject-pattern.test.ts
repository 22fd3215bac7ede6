import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from 'countersign/core'
import { isSubjectOf, MAXIMUM_SUBJECT, requireSubjectPattern } from './subject-pattern.ts'

test('a subject is named letter for letter, or by a beginning that ends where a name ends', () => {
  for (const [pattern, subject, expected] of [
    ['repo:acme/shop:ref:refs/heads/main', 'repo:acme/shop:ref:refs/heads/main', true],
    ['repo:acme/shop:ref:refs/heads/main', 'repo:acme/shop:ref:refs/heads/main2', false],
    ['repo:acme/shop:*', 'repo:acme/shop:environment:prod', true],
    ['repo:acme/shop:*', 'repo:acme/shop:', false],
    ['repo:acme/shop:*', 'repo:acme/shopping:ref', false],
    ['repo:acme/*', 'repo:acme/shop:pull_request', true],
    ['repo:acme/*', 'repo:acme2/shop', false],
    ['system:serviceaccount:prod:*', 'system:serviceaccount:prod:*', true],
    ['a.c', 'abc', false],
  ] as const) {
    requireSubjectPattern(pattern)
    assert.equal(isSubjectOf(pattern, subject), expected, `${pattern} ${subject}`)
  }
})

test('a pattern that names nobody in particular, or has a star elsewhere, is refused', () => {
  for (const pattern of [
    ...[
      '',
      '*',
      ':*',
      '/*',
      'repo:*',
      'repo/*',
      'repo::*',
      'https://*',
      'repo:acme*',
      'repo:acme/*x',
      'repo:*:x',
      'repo:acme/**',
      '*:acme/shop:',
    ],
    ...['repo:acme\n:x', 'repo:\ud800', 'x'.repeat(MAXIMUM_SUBJECT + 1)],
  ]) {
    assert.throws(
      () => requireSubjectPattern(pattern),
      (error) => error instanceof AuthError && error.detail['pointer'] === '/subject',
      pattern,
    )
  }
})
