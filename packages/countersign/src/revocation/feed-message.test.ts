import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, ManualClock } from '../core/index.ts'
import { generateSigningKey } from '../key/index.ts'
import { signJws } from '../token/index.ts'
import { ISSUER, SignedLog } from './contract/signed-log.ts'
import { ORIGIN_HASH } from './entry.ts'
import { decodeFeedMessage, FEED_MESSAGE_TYPE, NOT_UNDERSTOOD } from './feed-message.ts'
import { encodeSnapshotEntries } from './snapshot-entries.ts'
import { encodeEntry } from './wire-entry.ts'

const log = new SignedLog(new ManualClock(1_000_000))
for (const kind of ['everyone', 'user', 'key'] as const) log.revoke(kind)
const expect = { issuer: ISSUER, keys: log.keys, algorithms: ['ES256'] as const }

const reasonOf = (compact: string): unknown => {
  try {
    decodeFeedMessage(compact, expect)
  } catch (error) {
    assert.ok(error instanceof AuthError)
    return error.detail.reason
  }
  return 'accepted'
}

test('each message is read back as it was written', () => {
  assert.deepEqual(decodeFeedMessage(log.batch(0), expect), { type: 'entries', iss: ISSUER, after: 0, entries: log.entries })
  const { position: head, hash } = log.head
  assert.deepEqual(decodeFeedMessage(log.heartbeat(5), expect), { type: 'heartbeat', iss: ISSUER, head, hash, at: 5 })
  const entries = log.entries.map(({ hash: _, ...placed }) => placed)
  const stretch = { after: 0, upTo: head, readAt: 5 }
  assert.deepEqual(decodeFeedMessage(log.snapshot(5), expect), { type: 'snapshot', iss: ISSUER, head, hash, at: 5, ...stretch, entries })
})

const heartbeat = { type: 'heartbeat', iss: ISSUER, head: 3, hash: log.head.hash, at: 5 }

test('a message of another issuer, key, type or algorithm is not read', () => {
  assert.equal(reasonOf(log.sign({ ...heartbeat, iss: 'https://other.example' })), 'issuer_mismatch')
  assert.equal(reasonOf(signJws(FEED_MESSAGE_TYPE, heartbeat, generateSigningKey('ES256'))), 'unknown_key')
  assert.equal(reasonOf(signJws('at+jwt', heartbeat, log.key)), 'type')
  assert.equal(reasonOf(signJws(FEED_MESSAGE_TYPE, heartbeat, generateSigningKey('EdDSA'))), 'algorithm')
  const [header, , signature] = log.heartbeat().split('.')
  assert.equal(reasonOf(`${header}.${log.heartbeat(6).split('.')[1]}.${signature}`), 'signature')
})

const wire = encodeEntry(log.entries[1] ?? log.revoke('user'))
const snapshot = {
  ...{ type: 'snapshot', iss: ISSUER, head: 1, hash: ORIGIN_HASH, at: 5, after: 0, upTo: 1, readAt: 5 },
  ...encodeSnapshotEntries([], 0),
}
const change = (place: number, value: unknown): unknown[] => wire.map((item, at) => (at === place ? value : item))

const notUnderstood: readonly [name: string, payload: object][] = [
  ['an unknown type', { ...heartbeat, type: 'pardon' }],
  ['a position that is no integer', { ...heartbeat, head: 1.5 }],
  ['a negative position', { ...heartbeat, head: -1 }],
  ['a position that no double holds', { ...heartbeat, head: 2 ** 53 }],
  ['a time as text', { ...heartbeat, at: '5' }],
  ['a short hash', { ...heartbeat, hash: 'AAAA' }],
  ['entries that are no list', { type: 'entries', iss: ISSUER, after: 0, entries: {} }],
  ['entries out of order', { type: 'entries', iss: ISSUER, after: 0, entries: [wire, wire] }],
  ['entries that start before their place', { type: 'entries', iss: ISSUER, after: 2, entries: [wire] }],
  ['a snapshot that ends after its head', { ...snapshot, upTo: 2 }],
  ['a snapshot entry after its stretch', { ...snapshot, ...encodeSnapshotEntries(log.entries.slice(1, 2), 0) }],
  ['a snapshot of no time', { ...snapshot, readAt: undefined }],
  ['an entry of an unknown kind', { type: 'entries', iss: ISSUER, after: 0, entries: [change(2, 'pardon')] }],
  ['an entry for an unknown target', { type: 'entries', iss: ISSUER, after: 0, entries: [change(3, 'tenant')] }],
  ['an entry for the target kind __proto__', { type: 'entries', iss: ISSUER, after: 0, entries: [change(3, '__proto__')] }],
  ['an entry with an unknown mode', { type: 'entries', iss: ISSUER, after: 0, entries: [change(5, 'gentle')] }],
  ['an entry without a target id', { type: 'entries', iss: ISSUER, after: 0, entries: [change(4, '')] }],
  ['an entry for everyone with an id', { type: 'entries', iss: ISSUER, after: 0, entries: [change(3, 'everyone')] }],
  ['an entry with one member more', { type: 'entries', iss: ISSUER, after: 0, entries: [[...wire, 1]] }],
]
for (const [name, payload] of notUnderstood) {
  test(`a signed message with ${name} is not understood, and says so`, () => {
    assert.equal(reasonOf(log.sign(payload)), NOT_UNDERSTOOD)
  })
}

test('[I13] a message over the size bound is not looked at', () => {
  assert.equal(reasonOf('a'.repeat(2 ** 20 + 1)), 'too_long')
})
