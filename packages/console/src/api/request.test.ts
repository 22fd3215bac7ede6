import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Network } from './network.ts'
import { createSender, Problem, type Sender } from './request.ts'

interface Call {
  readonly address: string
  readonly method: string
  readonly headers: Headers
  readonly body: unknown
}

interface World {
  readonly sender: Sender
  readonly calls: readonly Call[]
  readonly left: () => number
  readonly begun: () => number
  readonly to: (path: string) => readonly Call[]
}

const CSRF = '__Host-cs_csrf=csrf-1'

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

const refusal = (status: number, code: string, more: object = {}): Response =>
  json(
    status,
    {
      type: `urn:countersign:refusal:${code}`,
      title: `Title of ${code}.`,
      status,
      code,
      instance: 'urn:countersign:request:req_1',
      ...more,
    },
    { 'content-type': 'application/problem+json' },
  )

function world(answer: (call: Call, nth: number) => Response | Promise<Response>, given: Partial<Network> = {}): World {
  const calls: Call[] = []
  let left = 0
  let begun = 0
  let turn: Promise<unknown> = Promise.resolve()
  const network: Network = {
    fetch: async (address, { method, headers, body }) => {
      const call = {
        address,
        method: method ?? 'GET',
        headers: new Headers(headers),
        body: typeof body === 'string' ? JSON.parse(body) : undefined,
      }
      calls.push(call)
      return answer(call, calls.length)
    },
    now: () => 0,
    root: () => '',
    cookies: () => CSRF,
    exclusively: (_name, task) => {
      const mine = turn.then(task)
      turn = mine.catch(() => undefined)
      return mine
    },
    leave: () => {
      left += 1
      return true
    },
    startOver: () => {
      begun += 1
    },
    ...given,
  }
  return {
    sender: createSender(network),
    calls,
    left: () => left,
    begun: () => begun,
    to: (path) => calls.filter(({ address }) => address.startsWith(path)),
  }
}

const problemOf = async (asked: Promise<unknown>): Promise<Problem> => {
  try {
    await asked
  } catch (error) {
    assert.ok(error instanceof Problem, String(error))
    return error
  }
  throw new assert.AssertionError({ message: 'it was no problem' })
}

suite('asking the API', () => {
  test('stands below the path of the server, with the query that is given', async () => {
    const { sender, calls } = world(() => json(200, { users: [] }), { root: () => '/auth' })
    await sender.send('GET', '/v1/users', { query: { search: 'a&b', after: undefined, limit: 50, everyone: true } })
    assert.equal(calls[0]?.address, '/auth/v1/users?search=a%26b&limit=50&everyone=true')
  })

  test('a change carries the CSRF token of the readable cookie, whatever its name is; a question carries none', async () => {
    for (const name of ['__Host-cs_csrf', '__Secure-cs_csrf', 'cs_csrf']) {
      const { sender, calls } = world(() => new Response(null, { status: 204 }), { cookies: () => `a=b=c; ${name}=tok=en; z=1` })
      assert.equal(await sender.send('DELETE', '/v1/sessions/ses_1'), undefined)
      assert.equal(calls[0]?.headers.get('x-csrf-token'), 'tok=en')
    }
    const { sender, calls } = world(() => json(200, {}))
    await sender.send('GET', '/v1/me')
    assert.equal(calls[0]?.headers.has('x-csrf-token'), false)
  })

  test('is done where the server has nothing to say: no content, or something is on its way', async () => {
    for (const status of [202, 204]) {
      const { sender } = world(() => new Response(null, { status }))
      assert.equal(await sender.send('POST', '/v1/password-resets', { body: {} }), undefined)
    }
  })

  test('sends its body as JSON, what it was made from as If-Match, and gives back the ETag', async () => {
    const { sender, calls } = world(() => json(200, { name: 'b' }, { etag: '"2"' }))
    const { body, etag } = await sender.sendFor<{ name: string }>('PATCH', '/v1/roles/a', { body: { name: 'b' }, ifMatch: '"1"' })
    assert.deepEqual(body, { name: 'b' })
    assert.equal(etag, '"2"')
    assert.deepEqual(calls[0]?.body, { name: 'b' })
    assert.equal(calls[0]?.headers.get('content-type'), 'application/json')
    assert.equal(calls[0]?.headers.get('if-match'), '"1"')
  })
})

suite('a session whose access token has ended', () => {
  const expiring = (code: string): World => {
    let isFresh = false
    return world((call) => {
      if (call.address === '/v1/sessions/refresh') {
        isFresh = true
        return json(200, { csrf_token: 'csrf-1' })
      }
      return isFresh ? json(200, { from: call.address }) : refusal(401, code)
    })
  }

  for (const code of ['token_expired', 'token_revoked', 'token_invalid', 'credential_missing']) {
    test(`is refreshed for ${code}, and the request sent once more`, async () => {
      const { sender, calls, left } = expiring(code)
      assert.deepEqual(await sender.send('PATCH', '/v1/a', { body: { b: 1 } }), { from: '/v1/a' })
      assert.deepEqual(
        calls.map(({ method, address }) => `${method} ${address}`),
        ['PATCH /v1/a', 'POST /v1/sessions/refresh', 'PATCH /v1/a'],
      )
      assert.deepEqual(calls[1]?.body, {})
      assert.deepEqual(calls[2]?.body, { b: 1 })
      assert.equal(left(), 0)
    })
  }

  test('is refreshed once for all requests that are refused at once', async () => {
    const { sender, to } = expiring('token_expired')
    const answers = await Promise.all(['/v1/a', '/v1/b', '/v1/c', '/v1/d'].map((path) => sender.send('GET', path)))
    assert.deepEqual(answers, [{ from: '/v1/a' }, { from: '/v1/b' }, { from: '/v1/c' }, { from: '/v1/d' }])
    assert.equal(to('/v1/sessions/refresh').length, 1)
  })

  test('is not refreshed again for a request that was refused late', async () => {
    const late = Promise.withResolvers<Response>()
    const { sender, to } = world((call, nth) => {
      if (call.address === '/v1/sessions/refresh') return json(200, {})
      if (nth === 1) return late.promise
      return nth === 2 ? refusal(401, 'token_expired') : json(200, { nth })
    })
    const slow = sender.send('GET', '/v1/slow')
    assert.deepEqual(await sender.send('GET', '/v1/quick'), { nth: 4 })
    late.resolve(refusal(401, 'token_expired'))
    assert.deepEqual(await slow, { nth: 5 })
    assert.equal(to('/v1/sessions/refresh').length, 1)
  })

  test('waits for its turn among tabs', async () => {
    const names: string[] = []
    const { sender } = world((_call, nth) => (nth === 1 ? refusal(401, 'token_expired') : json(200, {})), {
      exclusively: (name, task) => {
        names.push(name)
        return task()
      },
    })
    await sender.send('GET', '/v1/me')
    assert.deepEqual(names, ['countersign-console-refresh'])
  })

  test('that may not be refreshed leads to the sign-in once, however many have asked', async () => {
    const { sender, left, to } = world((call) =>
      call.address === '/v1/sessions/refresh' ? refusal(401, 'refresh_invalid') : refusal(401, 'token_expired'),
    )
    const problems = await Promise.all([1, 2, 3].map(() => problemOf(sender.send('GET', '/v1/a'))))
    assert.deepEqual(new Set(problems.map(({ code }) => code)), new Set(['refresh_invalid']))
    assert.equal(to('/v1/sessions/refresh').length, 1)
    await problemOf(sender.send('GET', '/v1/b'))
    assert.equal(left(), 1)
  })

  test('that nobody has leads to the sign-in, and asks for no refresh', async () => {
    const { sender, left, to } = world(() => refusal(401, 'credential_missing'), { cookies: () => 'theme=dark' })
    assert.equal((await problemOf(sender.send('GET', '/v1/me'))).code, 'credential_missing')
    assert.equal(left(), 1)
    assert.equal(to('/v1/sessions/refresh').length, 0)
  })

  test('stays where the refresh was not answered: the session may go on', async () => {
    for (const answer of [
      () => refusal(503, 'unavailable'),
      () => refusal(429, 'rate_limited'),
      () => Promise.reject(new TypeError('no')),
    ]) {
      const { sender, left } = world((call) => (call.address === '/v1/sessions/refresh' ? answer() : refusal(401, 'token_expired')))
      await problemOf(sender.send('GET', '/v1/me'))
      assert.equal(left(), 0)
    }
  })

  test('that is refused after its refresh too is told, and asks no third time', async () => {
    const { sender, left, calls } = world((call) =>
      call.address === '/v1/sessions/refresh' ? json(200, {}) : refusal(401, 'token_revoked'),
    )
    assert.equal((await problemOf(sender.send('GET', '/v1/me'))).code, 'token_revoked')
    assert.equal(calls.length, 3)
    assert.equal(left(), 0)
  })

  for (const code of ['step_up_required', 'credentials_invalid', 'factor_required']) {
    test(`${code} is about what was asked: no refresh, and nobody is sent away`, async () => {
      const { sender, left, calls } = world(() => refusal(401, code))
      assert.equal((await problemOf(sender.send('POST', '/v1/me/password', { body: {} }))).code, code)
      assert.equal(calls.length, 1)
      assert.equal(left(), 0)
    })
  }
})

suite('a browser at which somebody else signs in', () => {
  const meOf = (id: string): Response => json(200, { user: { id } })

  test('sends nothing of what the one before has begun: the page begins anew', async () => {
    let [cookies, id] = ['cs_csrf=one', 'usr_1']
    const { sender, to, begun } = world((call) => (call.address === '/v1/me' ? meOf(id) : json(200, {})), { cookies: () => cookies })
    await sender.send('GET', '/v1/me')
    await sender.send('DELETE', '/v1/users/usr_7')
    assert.equal(to('/v1/users').length, 1)
    ;[cookies, id] = ['cs_csrf=two', 'usr_2']
    assert.equal((await problemOf(sender.send('DELETE', '/v1/users/usr_8'))).code, 'another_person')
    assert.deepEqual([to('/v1/users').length, begun()], [1, 1])
  })

  test('goes on where it is the same person with a new session', async () => {
    let cookies = 'cs_csrf=one'
    const { sender, to, begun } = world((call) => (call.address === '/v1/me' ? meOf('usr_1') : json(200, {})), { cookies: () => cookies })
    await sender.send('GET', '/v1/me')
    cookies = 'cs_csrf=two'
    await Promise.all([sender.send('GET', '/v1/users'), sender.send('POST', '/v1/users')])
    assert.deepEqual([to('/v1/me').length, to('/v1/users').length, begun()], [2, 2, 0])
  })
})

suite('what goes wrong', () => {
  test('an answer that breaks off is no answer, and no fault of the page', async () => {
    const half = new ReadableStream({ pull: (controller) => controller.error(new TypeError('network error')) })
    const { sender } = world(() => new Response(half, { headers: { 'content-type': 'application/json' } }))
    assert.equal((await problemOf(sender.send('GET', '/v1/a'))).code, 'unreachable')
  })

  test('where the page stays, since something is open that would be lost, it leaves as soon as that is closed', async () => {
    let [isOpen, asked] = [true, 0]
    const { sender } = world(() => refusal(401, 'credential_missing'), {
      cookies: () => '',
      leave: () => {
        asked += 1
        return !isOpen
      },
    })
    await problemOf(sender.send('GET', '/v1/a'))
    isOpen = false
    for (let round = 0; round < 3; round++) await problemOf(sender.send('GET', '/v1/a'))
    assert.equal(asked, 2)
  })

  test('is told with sentence, fields and request', async () => {
    const { sender } = world(() =>
      refusal(400, 'request_invalid', {
        detail: 'More.',
        errors: [{ pointer: '/email', detail: 'Is no address.' }, 'nonsense', { pointer: 1 }],
      }),
    )
    const problem = await problemOf(sender.send('POST', '/v1/users', { body: {} }))
    assert.equal(problem.status, 400)
    assert.equal(problem.title, 'Title of request_invalid.')
    assert.equal(problem.detail, 'More.')
    assert.deepEqual(problem.errors, [{ pointer: '/email', detail: 'Is no address.' }])
    assert.equal(problem.requestId, 'req_1')
  })

  test('tells in how many seconds to come back, where the server does', async () => {
    const answer = refusal(429, 'rate_limited')
    answer.headers.set('retry-after', '12')
    const problem = await problemOf(world(() => answer).sender.send('GET', '/v1/a'))
    assert.equal(problem.retryAfterSeconds, 12)
  })

  test('is unreadable where something else has answered than the server', async () => {
    const page = (status: number, type: string, text: string): Response => new Response(text, { status, headers: { 'content-type': type } })
    const answers = [
      page(502, 'text/html', '<h1>Bad gateway</h1>'),
      page(502, 'application/problem+json', '{"half":'),
      page(500, 'application/json', '[]'),
      page(500, 'application/json', '{"title":"no code"}'),
      page(200, 'text/html', '<p>Sign in to the network</p>'),
      page(200, 'application/json', '{"half":'),
      page(401, 'text/plain', 'who are you'),
    ]
    for (const answer of answers) {
      const { sender } = world(() => answer.clone(), { cookies: () => '' })
      const problem = await problemOf(sender.send('GET', '/v1/a'))
      assert.equal(problem.code, 'answer_unreadable')
      assert.equal(problem.status, answer.status)
    }
  })

  test('reads every spelling of a JSON type', async () => {
    for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'application/scim+json', 'application/vnd.api+json;v=1']) {
      const { sender } = world(() => new Response('{"a":1}', { headers: { 'content-type': type } }))
      assert.deepEqual(await sender.send('GET', '/v1/a'), { a: 1 })
    }
    const { sender } = world(() => new Response('{"a":1}', { headers: { 'content-type': 'application/jsonp' } }))
    assert.equal((await problemOf(sender.send('GET', '/v1/a'))).code, 'answer_unreadable')
  })

  test('is unreachable where nobody answers, and passes on that somebody did not want to wait', async () => {
    const gone = world(() => Promise.reject(new TypeError('Failed to fetch')))
    const problem = await problemOf(gone.sender.send('GET', '/v1/a'))
    assert.deepEqual([problem.code, problem.status], ['unreachable', 0])
    const signal = AbortSignal.abort()
    const left = world(() => Promise.reject(signal.reason as Error))
    await assert.rejects(left.sender.send('GET', '/v1/a', { signal }), { name: 'AbortError' })
  })
})
