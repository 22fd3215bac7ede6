// What a route asks of the login behind a token, beside how long ago it was: through the guard of every framework.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { loginTrace } from 'countersign/token'
import { GuardedService } from './guarded-service.ts'
import { mounts } from './mount.ts'

const FIREFOX = 'Mozilla/5.0 (X11; rv:140.0) Gecko/20100101 Firefox/140.0'
const NEWER_FIREFOX = 'Mozilla/5.0 (X11; rv:155.0) Gecko/20100101 Firefox/155.0'
const SAFARI = 'Mozilla/5.0 (Macintosh) AppleWebKit/605.1 (KHTML, like Gecko) Version/18.0 Safari/605.1'

const traceOf = (address: string | undefined, userAgent: string | undefined, session = 'ses_1'): string =>
  loginTrace(session, { address, userAgent }) ?? ''

for (const [name, mount] of Object.entries(mounts)) {
  suite(`a login, behind ${name}`, () => {
    test('[D06] a route may ask for two factors, and says so in the words of RFC 9470', async () => {
      await using service = await GuardedService.open(mount)
      const { issuer } = service
      for (const acr of [undefined, 'gold', 'MFA', '']) {
        const { status, headers } = await service.refuses('/mfa', issuer.token({ acr }), 'step_up_required')
        assert.equal(status, 401)
        assert.match(headers.get('www-authenticate') ?? '', /^Bearer error="insufficient_user_authentication".*, acr_values="mfa"/)
      }
      assert.equal(service.handled, 0)
      for (const acr of ['mfa', 'phr']) await service.accepts('/mfa', issuer.token({ acr }))
    })

    test('[D06] one of several strengths, all of the methods and an age: each is asked for, and all are named', async () => {
      await using service = await GuardedService.open(mount)
      const { issuer, clock } = service
      const now = Math.floor(clock.now() / 1000)
      const right = { acr: 'gold', amr: ['pwd', 'hwk'], auth_time: now - 60 }
      await service.accepts('/either', issuer.token(right))
      await service.accepts('/either', issuer.token({ ...right, acr: 'phr' }))
      for (const wrong of [
        { acr: 'mfa' },
        { amr: ['pwd', 'otp'] },
        { amr: undefined },
        { auth_time: now - 61 },
        { auth_time: undefined },
      ]) {
        const { headers, body } = await service.refuses('/either', issuer.token({ ...right, ...wrong }), 'step_up_required')
        const { max_age, acr_values, amr_values } = JSON.parse(body)
        assert.deepEqual([max_age, acr_values, amr_values], [60, 'gold phr', 'hwk'])
        assert.match(headers.get('www-authenticate') ?? '', /max_age="60", acr_values="gold phr", amr_values="hwk"/)
      }
    })

    test('[D09] a route may ask for the address of the login: from another one a fresh login is asked for', async () => {
      await using service = await GuardedService.open(mount, { trustedProxies: ['127.0.0.1'] })
      const { issuer } = service
      const token = issuer.token({ login: traceOf('203.0.113.7', FIREFOX) })
      const from = (address: string, target = '/same-address', presented = token) =>
        service.send({
          target,
          headers: [
            ['Authorization', `Bearer ${presented}`],
            ['X-Forwarded-For', address],
          ],
        })
      assert.equal((await from('203.0.113.7')).status, 200)
      assert.equal((await from('198.51.100.1, 203.0.113.7')).status, 200)
      for (const address of ['203.0.113.8', '203.0.113.7, 198.51.100.1', '::1', 'unknown']) {
        const refused = service.isRefused(await from(address), 'step_up_required')
        assert.equal(refused.status, 401)
        assert.match(refused.headers.get('www-authenticate') ?? '', /insufficient_user_authentication/)
        assert.doesNotMatch(refused.body, /203\.0\.113/)
      }
      assert.equal((await from('203.0.113.8', '/orders')).status, 200)
      const after = issuer.token({ login: traceOf('203.0.113.8', FIREFOX) })
      assert.equal((await from('203.0.113.8', '/same-address', after)).status, 200)
    })

    test('[D09] of IPv6 the network of the line counts, since its hosts change the rest by themselves', async () => {
      await using service = await GuardedService.open(mount, { trustedProxies: ['127.0.0.1'] })
      const token = service.issuer.token({ login: traceOf('2001:db8:1:2::7', undefined) })
      const from = (address: string) =>
        service.send({
          target: '/same-address',
          headers: [
            ['Authorization', `Bearer ${token}`],
            ['X-Forwarded-For', address],
          ],
        })
      assert.equal((await from('2001:db8:1:2:aaaa::1')).status, 200)
      service.isRefused(await from('2001:db8:1:3::7'), 'step_up_required')
    })

    test('[D09] a route may ask for the browser of the login: an update is the same one, another make is not', async () => {
      await using service = await GuardedService.open(mount)
      const token = service.issuer.token({ login: traceOf(undefined, FIREFOX) })
      const by = (userAgent: string | undefined) =>
        service.send({
          target: '/same-device',
          headers: [['Authorization', `Bearer ${token}`], ...(userAgent === undefined ? [] : [['User-Agent', userAgent] as const])],
        })
      assert.equal((await by(NEWER_FIREFOX)).status, 200)
      for (const userAgent of [SAFARI, '', undefined]) service.isRefused(await by(userAgent), 'step_up_required')
    })

    test('[D09] a token that does not say it, says half of it, or says it of another session, is the same as nothing', async () => {
      await using service = await GuardedService.open(mount)
      const { issuer } = service
      const here = traceOf('127.0.0.1', FIREFOX)
      const ask = (target: string, login: string | undefined) => {
        const token = issuer.token({ login })
        return service.send({
          target,
          headers: [
            ['Authorization', `Bearer ${token}`],
            ['User-Agent', FIREFOX],
          ],
        })
      }
      for (const target of ['/same-address', '/same-device']) {
        assert.equal((await ask(target, here)).status, 200)
        const wrong = [
          undefined,
          '',
          '.',
          '....',
          here.split('.').reverse().join('.'),
          traceOf('127.0.0.1', FIREFOX, 'ses_2'),
          `${here}x`.slice(1),
        ]
        for (const login of wrong) service.isRefused(await ask(target, login), 'step_up_required')
      }
      service.isRefused(await ask('/same-address', traceOf(undefined, FIREFOX)), 'step_up_required')
      service.isRefused(await ask('/same-device', traceOf('127.0.0.1', undefined)), 'step_up_required')
    })
  })
}

test('what a token says of its login tells neither address nor browser, and nothing between two sessions', () => {
  const one = traceOf('203.0.113.7', FIREFOX)
  assert.match(one, /^[\w-]{4}\.[\w-]{4}$/)
  assert.notEqual(one, traceOf('203.0.113.7', FIREFOX, 'ses_2'))
  assert.equal(loginTrace('ses_1', { address: undefined, userAgent: undefined }), undefined)
  assert.match(traceOf('no address', FIREFOX), /^\.[\w-]{4}$/)
})
