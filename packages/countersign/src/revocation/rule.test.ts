import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../core/index.ts'
import { SignedLog, tokenFacts } from './contract/signed-log.ts'
import { GenerationCutoffIndex } from './cutoff-index.ts'
import { isRevoked, type TokenFacts } from './rule.ts'
import { type TargetKind, targetKinds } from './target.ts'

function indexOf(write: (log: SignedLog) => void): GenerationCutoffIndex {
  const log = new SignedLog(new ManualClock(1_000_000))
  write(log)
  const index = new GenerationCutoffIndex()
  for (const entry of log.entries) index.apply(entry)
  return index
}

const absolute: ReadonlySet<TargetKind> = new Set(['token', 'key'])

for (const kind of targetKinds) {
  test(`[I05] a cut-off for ${kind} kills the tokens issued before it${absolute.has(kind) ? ' and any that claims to be younger' : ' and no younger one'}`, () => {
    const index = indexOf((log) => {
      log.revoke('user', 'somebody else')
      log.revoke(kind)
    })
    assert.equal(isRevoked(index, tokenFacts({ rev: 0 })), true)
    assert.equal(isRevoked(index, tokenFacts({ rev: 1 })), true)
    assert.equal(isRevoked(index, tokenFacts({ rev: 2 })), absolute.has(kind))
  })
}

const unrelated: readonly [kind: TargetKind, facts: Partial<TokenFacts>][] = [
  ['client', { client: 'y' }],
  ['role', { roles: ['reader'] }],
  ['group', { groups: [] }],
  ['user', { user: 'y' }],
  ['user', { user: undefined }],
  ['session', { session: 'y' }],
  ['session', { session: undefined }],
  ['token', { tokenId: 'y' }],
  ['key', { keyId: 'y' }],
]
for (const [kind, facts] of unrelated) {
  test(`a cut-off for ${kind} spares a token with ${JSON.stringify(facts)}`, () => {
    assert.equal(
      isRevoked(
        indexOf((log) => log.revoke(kind)),
        tokenFacts(facts),
      ),
      false,
    )
  })
}

test('[I05] of several cut-offs that apply the newest one decides', () => {
  const index = indexOf((log) => {
    log.revoke('session')
    log.revoke('user')
    log.revoke('role')
  })
  assert.equal(isRevoked(index, tokenFacts({ rev: 2 })), true)
  assert.equal(isRevoked(index, tokenFacts({ rev: 3 })), false)
})

test('[I05] within one millisecond the order of the log decides: token, cut-off, token [B39]', () => {
  const log = new SignedLog(new ManualClock(1_000_000))
  const before = tokenFacts({ rev: log.head.position })
  const { at } = log.revoke('user')
  const after = tokenFacts({ rev: log.head.position })
  const index = new GenerationCutoffIndex()
  for (const entry of log.entries) index.apply(entry)
  assert.equal(at, 1_000_000)
  assert.deepEqual([isRevoked(index, before), isRevoked(index, after)], [true, false])
})

test('[I19] a new epoch kills every token of the old one and spares its own', () => {
  const log = new SignedLog(new ManualClock(1_000_000))
  log.revoke('user', 'somebody else')
  const old = log.head.position
  log.append('epoch', 'everyone', '')
  const index = new GenerationCutoffIndex()
  for (const entry of log.entries) index.apply(entry)
  assert.equal(isRevoked(index, tokenFacts({ rev: old + 1_000_000 })), true)
  assert.equal(isRevoked(index, tokenFacts({ rev: log.head.position })), false)
})
