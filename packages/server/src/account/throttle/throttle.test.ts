import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, ManualClock, systemPlatform } from 'countersign/core'
import { MasterSecret, newMasterSecret } from '../../signing/master-secret.ts'
import { MemoryThrottleStore } from '../../store/memory/throttle-store.ts'
import { type Counter, charged, emptyCounter } from './counter.ts'
import { CounterKeys, kindOf, lastCounterKey } from './counter-key.ts'
import { DeviceTokens } from './device-token.ts'
import { StrangerLimit } from './stranger-limit.ts'
import { Throttle } from './throttle.ts'
import { strangerRules } from './throttle-limits.ts'

const START = 1_800_000_000_000
const DAY_MS = 86_400_000
const USER = 'usr_AAAAAAAAAAAAAAAAAAAAAA'
const older = newMasterSecret(systemPlatform.random)
const secret = MasterSecret.parse(older)
const limits = { signInAttempts: 2, signInAddressAttempts: 100, signInAttemptsPerMinute: 1200, signInWaitSeconds: 900 }

function world() {
  const clock = new ManualClock(START)
  const platform = { ...systemPlatform, clock }
  const devices = new DeviceTokens(secret, platform)
  const nobody = { find: async () => undefined, findByEmail: async () => undefined, findPassword: async () => undefined }
  const throttle = new Throttle({ store: new MemoryThrottleStore(), users: nobody, devices, secret, limits, platform })
  return { clock, platform, devices, throttle }
}

const attempt = { account: 'mira@example.com', address: '192.0.2.1' }
const wrong = async (): Promise<never> => {
  throw new AuthError('credentials_invalid')
}
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'right',
    (error: unknown) => (error instanceof AuthError ? error.code : String(error)),
  )

test('keys are of their kind, within bounds, and the same however an address or an account is written', () => {
  const keys = new CounterKeys(secret)
  for (let n = 0; n < 2000; n++) {
    const name = `mira${n}@example.com`
    const address = `192.0.${n >> 8}.${n & 255}`
    const made = {
      pair: keys.pair(name, address),
      account: keys.account(name),
      device: keys.device(USER, name),
      session: keys.session(name),
      address: keys.address(address),
      everyone: keys.crowd(address),
      mail: keys.mail(address),
      stranger: keys.stranger(address),
    }
    assert.equal(kindOf(keys.strangers(address)), 'stranger')
    assert.ok(keys.strangers(address) > made.stranger)
    for (const [kind, key] of Object.entries(made)) assert.equal(kindOf(key), kind)
    const [first, last] = keys.pairs(name)
    assert.ok(made.pair >= first && made.pair <= last && last - first === 15)
  }
  assert.ok(lastCounterKey < 2 ** 31)
  assert.equal(kindOf(lastCounterKey + 1), undefined)
  assert.equal(keys.address('2001:db8::1'), keys.address('2001:0db8:0:0:ffff::2'))
  assert.notEqual(keys.address('2001:db8::1'), keys.address('2001:db8:0:1::1'))
  assert.equal(keys.address('::ffff:192.0.2.1'), keys.address('192.0.2.1'))
  assert.notEqual(new CounterKeys(MasterSecret.parse(newMasterSecret(systemPlatform.random))).account('a@b.c'), keys.account('a@b.c'))
})

test('an attempt counts from its beginning, so that a process that dies meanwhile has counted it', async () => {
  const { throttle } = world()
  for (let n = 0; n < 3; n++) await throttle.admit(attempt)
  assert.equal(await codeOf(throttle.admit({ ...attempt, account: ' MIRA@example.com' })), 'rate_limited')
})

test('what was no guess is taken back; anything that is not known to be none counts', async () => {
  const { throttle } = world()
  for (const code of ['overloaded', 'unavailable', 'factor_required', 'request_invalid', 'conflict'] as const) {
    for (let n = 0; n < 4; n++) {
      const refusing = throttle.guard(attempt, async () => {
        throw new AuthError(code)
      })
      assert.equal(await codeOf(refusing), code)
    }
  }
  for (let n = 0; n < 3; n++) {
    const broken = throttle.guard(attempt, async () => {
      throw new TypeError('a mistake of ours')
    })
    assert.equal(await codeOf(broken), 'TypeError: a mistake of ours')
  }
  assert.equal(await codeOf(throttle.guard(attempt, wrong)), 'rate_limited')
})

test('a receipt carries an attempt over to another request, and says nothing of whom it is', async () => {
  const { throttle } = world()
  const { receipt } = await throttle.admit(attempt)
  assert.match(receipt, /^[0-9a-z.,]{1,64}$/)
  for (let n = 0; n < 2; n++) await throttle.admit(attempt)
  assert.equal(await codeOf(throttle.admit(attempt)), 'rate_limited')
  await throttle.resume(receipt).succeeded()
  assert.equal(await codeOf(throttle.guard(attempt, wrong)), 'credentials_invalid')
})

test('a flood of strangers leaves an hour’s worth at once, and then no more than that in an hour, however small or large it is set', () => {
  const HOURS = 5
  for (const requests of [10, 25, 100, 1000, 25_000]) {
    const { network, crowd } = strangerRules({ oauthAddressRequestsPerHour: requests, oauthRequestsPerHour: 4 * requests })
    for (const rule of [network, crowd]) {
      let counter: Counter = emptyCounter
      let letIn = 0
      for (let at = START; at < START + HOURS * 3_600_000; at = Math.max(at, counter.nextAt)) {
        counter = charged(counter, rule, at)
        letIn++
      }
      // Waits begin at a second, and so some come in while they grow.
      assert.ok(letIn >= HOURS * requests && letIn <= (HOURS + 1) * requests + 10, `${requests} an hour let ${letIn} in`)
    }
  }
})

test('strangers of whom nobody has told the address are no network: they are counted with all others alone', async () => {
  const { clock } = world()
  const limits = { oauthAddressRequestsPerHour: 10, oauthRequestsPerHour: 100 }
  for (const [address, expected] of [
    ['192.0.2.1', 11],
    ['2001:db8::1', 11],
    [undefined, 26],
  ] as const) {
    let held = 0
    const limit = new StrangerLimit({ store: new MemoryThrottleStore(), limits, secret, clock, onHeld: () => void held++ })
    let letIn = 0
    while ((await codeOf(limit.admit(address))) === 'right') letIn++
    assert.deepEqual([letIn, held], [expected, 1])
  }
})

test('a device token is ours whichever secret of the list has made it, until it ends', () => {
  const { clock, platform, devices } = world()
  const owner = { user: USER, passwordGeneration: 3 }
  const token = devices.issue(owner)
  const newer = new DeviceTokens(MasterSecret.parse(`${newMasterSecret(systemPlatform.random)},${older}`), platform)
  const known = newer.verify(token)
  assert.deepEqual([known?.user, known?.passwordGeneration], [USER, 3])
  const device = (text: string): string | undefined => devices.verify(text)?.device
  assert.equal(device(devices.issue(owner, token)), known?.device)
  assert.notEqual(device(devices.issue({ ...owner, passwordGeneration: 4 }, token)), known?.device)
  assert.notEqual(device(devices.issue({ ...owner, user: 'usr_BBBBBBBBBBBBBBBBBBBBBB' }, token)), known?.device)
  clock.advance(400 * DAY_MS - 1)
  assert.notEqual(devices.verify(token), undefined)
  clock.advance(1)
  assert.equal(devices.verify(token), undefined)
})

test('no bit of a device token can be changed', () => {
  const { devices } = world()
  const token = devices.issue({ user: USER, passwordGeneration: 3 })
  for (let at = 0; at < token.length; at++) {
    for (const other of ['A', '1', '.', '-']) {
      const changed = token.slice(0, at) + other + token.slice(at + 1)
      if (changed !== token) assert.equal(devices.verify(changed), undefined, changed)
    }
  }
})
