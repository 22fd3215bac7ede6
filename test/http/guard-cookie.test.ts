import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { RefusalCode, VerifierOptions } from 'countersign'
import { createCsrfTokens } from 'countersign/cookie'
import { GuardedService } from './guarded-service.ts'
import { mounts } from './mount.ts'

const NAME = '__Secure-cs_access'
const tokens = createCsrfTokens({ keys: [Buffer.alloc(32, 7)] })
/** Of the fake issuer's tokens. */
const SESSION = 'ses_1'
const APP = 'https://app.example.com'

type Headers = readonly (readonly [name: string, value: string])[]

for (const [framework, mount] of Object.entries(mounts)) {
  suite(`a cookie at a guard of ${framework}`, () => {
    const open = (cookie: Omit<NonNullable<VerifierOptions['cookie']>, 'name'>): Promise<GuardedService> =>
      GuardedService.open(mount, { cookie: { name: NAME, ...cookie } })

    async function verdict(service: GuardedService, method: string, headers: Headers): Promise<number | RefusalCode> {
      const { status, body } = await service.send({ method, target: '/orders', headers })
      return status === 200 ? 200 : JSON.parse(body).code
    }

    test('[C03] needs a CSRF token that fits the session, for requests that may change something', async () => {
      await using service = await open({ csrf: { accepts: (token, session) => tokens.accepts(token, `session:${session}`) } })
      const cookie = ['Cookie', `${NAME}=${service.issuer.token()}`] as const
      const good = tokens.create(`session:${SESSION}`)
      assert.equal(await verdict(service, 'GET', [cookie]), 200)
      assert.equal(await verdict(service, 'POST', [cookie, ['X-CSRF-Token', good]]), 200)
      assert.equal(await verdict(service, 'POST', [cookie, ['x-csrf-token', good], ['Sec-Fetch-Site', 'same-origin']]), 200)
      const { handled } = service
      for (const more of [
        [],
        [['X-CSRF-Token', '']],
        [['X-CSRF-Token', tokens.create('session:ses_2')]],
        [['X-CSRF-Token', `${good}x`]],
        [
          ['X-CSRF-Token', good],
          ['X-CSRF-Token', good],
        ],
        [['Sec-Fetch-Site', 'same-origin']],
        [
          ['X-CSRF-Token', good],
          ['Sec-Fetch-Site', 'cross-site'],
        ],
        [
          ['X-CSRF-Token', good],
          ['Origin', 'https://evil.example'],
        ],
        [
          ['X-CSRF-Token', good],
          ['Origin', 'null'],
        ],
      ] satisfies Headers[]) {
        const answer = await service.send({ method: 'POST', target: '/orders', headers: [cookie, ...more] })
        service.isRefused(answer, 'csrf_refused')
        assert.equal(answer.status, 403)
      }
      assert.equal(service.handled, handled)
      assert.equal(await verdict(service, 'POST', [['Authorization', `Bearer ${service.issuer.token()}`]]), 200)
    })

    test('[C03] may take the repeated value of a cookie as that token', async () => {
      await using service = await open({ csrf: { cookie: '__Secure-cs_csrf' } })
      const access = `${NAME}=${service.issuer.token()}`
      const post = (cookie: string, token: string) =>
        verdict(service, 'POST', [
          ['Cookie', cookie],
          ['X-CSRF-Token', token],
        ])
      assert.equal(await post(`${access}; __Secure-cs_csrf=one`, 'one'), 200)
      assert.equal(await post(`${access}; __Secure-cs_csrf=one`, 'two'), 'csrf_refused')
      assert.equal(await post(access, 'one'), 'csrf_refused')
      assert.equal(await post(`${access}; __Secure-cs_csrf=`, ''), 'csrf_refused')
      assert.equal(await post(`${access}; __Secure-cs_csrf=one; __Secure-cs_csrf=one`, 'one'), 'credential_malformed')
    })

    test('[C03] speaks for pages of the origins that are named, and for none that look alike', async () => {
      await using service = await open({ origins: [APP] })
      const cookie = ['Cookie', `${NAME}=${service.issuer.token()}`] as const
      const post = (site: string, origin: string) => verdict(service, 'POST', [cookie, ['Sec-Fetch-Site', site], ['Origin', origin]])
      assert.equal(await post('same-site', APP), 200)
      for (const origin of [
        'http://app.example.com',
        'https://app.example.com:8443',
        'https://app.example.com.evil.example',
        'https://xapp.example.com',
        'https://example.com',
        'null',
        '',
      ]) {
        assert.equal(await post('same-site', origin), 'csrf_refused', origin)
      }
    })

    test('[C04] with a header beside it the header counts, needs no CSRF token, and has to be the same', async () => {
      await using service = await open({ csrf: { cookie: '__Secure-cs_csrf' } })
      const [one, other] = [service.issuer.token(), service.issuer.token()]
      const post = (authorization: string, cookie: string) =>
        verdict(service, 'POST', [
          ['Authorization', authorization],
          ['Cookie', `${NAME}=${cookie}`],
          ['Sec-Fetch-Site', 'cross-site'],
        ])
      assert.equal(await post(`Bearer ${one}`, one), 200)
      assert.equal(await post(`Bearer ${one}`, other), 'credential_malformed')
      assert.equal(await post('Bearer', one), 'credential_malformed')
      assert.equal(await post('Basic dTpw', one), 'credential_malformed')
      assert.equal(await post(`Bearer ${one}`, '"x"'), 'credential_malformed')
    })

    test('[C04] is no credential at a route that says so', async () => {
      await using service = await open({})
      const token = service.issuer.token()
      const ask = async (headers: Headers): Promise<RefusalCode | number> => {
        const { status, body } = await service.send({ target: '/header-only', headers })
        return status === 200 ? 200 : JSON.parse(body).code
      }
      assert.equal(await ask([['Cookie', `${NAME}=${token}`]]), 'credential_missing')
      assert.equal(
        await ask([
          ['Authorization', `Bearer ${token}`],
          ['Cookie', `${NAME}=${service.issuer.token()}`],
        ]),
        200,
      )
    })
  })
}

test('[C03] mistakes in the options of a cookie are named when the verifier is made', async () => {
  const open = (cookie: object): Promise<GuardedService> =>
    GuardedService.open(mounts['node:http'] as (typeof mounts)[string], { cookie: cookie as NonNullable<VerifierOptions['cookie']> })
  for (const cookie of [
    { name: 'a b' },
    { name: '' },
    { name: 'a', origins: ['https://app.example.com/'] },
    { name: 'a', origins: ['*'] },
    { name: 'a', origins: ['https://*.example.com'] },
    { name: 'a', origins: ['null'] },
    { name: 'a', origin: 'app.example.com' },
    { name: 'a', csrf: { cookie: 'a' } },
    { name: 'a', csrf: {} },
    { name: 'a', domain: 'example.com' },
  ]) {
    await assert.rejects(open(cookie), /createVerifier: .*cookie/)
  }
})
