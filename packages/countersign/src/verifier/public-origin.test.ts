import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ArrivedRequest } from './credential.ts'
import { originOf, publicPlace, publicPlaceMistakes } from './public-origin.ts'

const arrival = (...hosts: readonly string[]): ArrivedRequest =>
  ({ encrypted: false, peer: '192.0.2.1', values: (name: string) => (name === 'host' ? hosts : undefined) }) as unknown as ArrivedRequest

const under = (origin: string | readonly string[], ...hosts: readonly string[]): string => {
  const { scheme, authority } = originOf(arrival(...hosts), publicPlace({ origin })) ?? {}
  return `${scheme}://${authority}`
}

test('of several origins the one counts that the request names; who names none of them, or two, means the first', () => {
  const [api, other] = ['https://api.example', 'https://other.example:8443']
  assert.equal(under([api, other], 'other.example:8443'), other)
  for (const hosts of [['api.example'], ['evil.example'], [], ['other.example:8443', 'other.example:8443']]) {
    assert.equal(under([api, other], ...hosts), api, hosts.join())
  }
  assert.equal(under(api, 'other.example:8443'), api)
})

test('what is no origin is none, alone or among others', () => {
  for (const origin of ['api.example', '', [], ['https://api.example', 'https://api.example/path']]) {
    assert.equal(publicPlaceMistakes({ origin }).length, 1, JSON.stringify(origin))
  }
  assert.deepEqual(publicPlaceMistakes({ origin: ['https://api.example'] }), [])
})
