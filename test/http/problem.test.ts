import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { PASSWORD, type Reply, ServerWorld } from './server-world.ts'

/** Of two refusals all that may differ: which request it was. */
const shown = ({ status, body: { instance, ...rest } }: Reply): unknown => ({ status, ...rest, instance: typeof instance })

suite('a refusal', () => {
  let world: ServerWorld
  before(async () => {
    world = await ServerWorld.open()
  })
  after(() => world[Symbol.asyncDispose]())

  const signIn = (email: string, password: string): Promise<Reply> => world.ask('POST', '/v1/sessions', { body: { email, password } })

  test('[J05] tells its caller what to correct, where, and repeats nothing of what was sent', async () => {
    const sent = { email: 'no-address', password: 'Xq7-secret-password', surname: 'x' }
    const { status, headers, text, body } = await world.ask('POST', '/v1/users', { body: sent })
    assert.deepEqual([status, headers.get('content-type'), body.code], [400, 'application/problem+json', 'request_invalid'])
    assert.ok(body.errors.some(({ pointer, detail }: { pointer: string; detail: string }) => pointer === '/surname' && detail !== ''))
    for (const value of Object.values(sent).slice(0, 2)) assert.ok(!text.includes(value))
  })

  test('[J05] tells which credential would do, and how long to wait', async () => {
    const { status, headers, body } = await world.ask('GET', '/v1/me')
    assert.deepEqual([status, body.code], [401, 'credential_missing'])
    assert.match(headers.get('www-authenticate') ?? '', /^Bearer realm=/)
    const email = 'nobody@example.org'
    let last = await signIn(email, 'wrong wrong wrong')
    for (let attempt = 0; last.status === 401 && attempt < 50; attempt++) last = await signIn(email, 'wrong wrong wrong')
    assert.deepEqual([last.status, last.body.code], [429, 'rate_limited'])
    assert.match(last.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
  })

  test('[J05] looks the same to a stranger whatever the reason; the operator finds the reason by the id of the request', async () => {
    const { email, user } = await world.person()
    const unknown = await signIn('unknown@example.org', PASSWORD)
    const wrong = await signIn(email, 'wrong wrong wrong')
    await world.local('PATCH', `/v1/users/${user.id}`, { status: 'suspended' })
    const suspended = await signIn(email, PASSWORD)
    assert.equal(unknown.status, 401)
    for (const reply of [wrong, suspended]) assert.deepEqual(shown(reply), shown(unknown))
    const id = wrong.headers.get('x-request-id') ?? assert.fail('an answer without the id of its request')
    assert.ok(wrong.text.includes(id))
    const line = world.lines.find((each) => each.includes(id) && each.includes('credentials_invalid'))
    assert.ok(line?.includes(user.id), 'the log does not say whom it was about')
    assert.ok(!wrong.text.includes(user.id))
  })

  test("[J05] of somebody else's things is that of things that are not there", async () => {
    const [one, other] = [await world.person(), await world.person()]
    const end = (id: string): Promise<Reply> => world.ask('DELETE', `/v1/sessions/${id}`, { token: one.access_token })
    const [theirs, nobodys] = [await end(other.session.id), await end('ses_AAAAAAAAAAAAAAAAAAAAAAAA')]
    assert.deepEqual([theirs.status, shown(theirs)], [404, shown(nobodys)])
    assert.equal(await world.verdictOn(other.access_token), '200')
  })
})
