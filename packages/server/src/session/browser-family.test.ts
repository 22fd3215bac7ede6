import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browserFamily } from 'countersign/core'
import { isSameDevice } from './browser-family.ts'

const device = (userAgent: string | undefined) => ({ name: undefined, userAgent, address: undefined })

const agents: ReadonlyArray<readonly [family: string, userAgent: string]> = [
  ['edge', 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0'],
  ['opera', 'Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 OPR/120.0'],
  ['chrome', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36'],
  ['chrome', 'Mozilla/5.0 (iPhone) AppleWebKit/605.1 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1'],
  ['safari', 'Mozilla/5.0 (Macintosh) AppleWebKit/605.1 (KHTML, like Gecko) Version/18.0 Safari/605.1'],
  ['firefox', 'Mozilla/5.0 (X11; rv:140.0) Gecko/20100101 Firefox/140.0'],
  ['curl', 'curl/8.5.0'],
  ['node', 'node'],
  ['', ''],
]
for (const [family, userAgent] of agents) {
  test(`"${userAgent.slice(0, 20)}…${userAgent.slice(-16)}" belongs to the family "${family}"`, () =>
    assert.equal(browserFamily(userAgent), family))
}

test('an update of the browser is the same device, another browser is not', () => {
  assert.ok(isSameDevice(device('curl/8.5.0'), device('curl/9.0.1')))
  assert.equal(isSameDevice(device('curl/8.5.0'), device('node')), false)
  assert.equal(isSameDevice(device('curl/8.5.0'), device(undefined)), false)
})

test('a session that was opened without a user agent says nothing about its device', () => {
  assert.ok(isSameDevice(device(undefined), device('curl/8.5.0')))
})
