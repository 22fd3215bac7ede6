import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { CliFolder, runHere } from './cli-process.ts'

const PASSWORD = 'correct horse battery'

async function signIn(
  url: string,
  email: string,
): Promise<{ access_token: string; refresh_token: string; session: { id: string }; user: { id: string } }> {
  const response = await fetch(`${url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: PASSWORD }),
  })
  assert.equal(response.status, 201)
  return response.json()
}

const meStatus = async (url: string, token: string): Promise<number> =>
  (await fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status

suite('countersign serve', () => {
  test('says where it listens, offers the set-up link once, works, and stops when asked', async () => {
    using cli = new CliFolder()
    const server = await cli.serve()
    assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/)
    assert.equal((await fetch(`${server.url}/readyz`)).status, 200)
    assert.equal(await server.stop(), 0)
    const link = /(http:\S+\/setup)#(cs_setup_\S+)/.exec(server.said())
    assert.ok(link?.[1]?.startsWith(server.url))
    assert.match(server.said(), /SIGTERM: finishing/)

    await using again = await cli.serve()
    const made = await cli.run(['users', 'create', '--email', 'ops@example.com', '--role', 'admin', '--password-stdin'], PASSWORD)
    assert.equal(made.code, 0, made.err)
    assert.equal(await again.stop(), 0)
    await using settled = await cli.serve()
    await settled.stop()
    assert.doesNotMatch(settled.said(), /setup#/)
  })

  test('[J01] while it holds the database, every command goes through it and takes effect at once', async () => {
    using cli = new CliFolder()
    await using server = await cli.serve()
    const socket = join(cli.folder, 'data', 'countersign.db.sock')
    assert.ok(statSync(socket).isSocket())
    assert.equal(statSync(socket).mode & 0o777, 0o600)

    const created = await cli.run(['users', 'create', '--email', 'mira@example.com', '--password-stdin', '--json'], PASSWORD)
    assert.equal(created.code, 0, created.err)
    const one = await signIn(server.url, 'mira@example.com')

    // The same commands, of this process: what counts is who holds the database.
    const here = (words: readonly string[]) => runHere(words, cli.environment)
    const listed = await here(['sessions', 'list', 'mira@example.com'])
    assert.ok(listed.out.includes(one.session.id))
    const revoked = await here(['revoke', 'user', one.user.id, '--mode', 'soft', '--json'])
    assert.equal(typeof JSON.parse(revoked.out).position, 'number')
    assert.equal(await meStatus(server.url, one.access_token), 401)

    const two = await signIn(server.url, 'mira@example.com')
    assert.match((await here(['sessions', 'end', two.session.id])).out, /has ended/)
    assert.equal(await meStatus(server.url, two.access_token), 401)

    const three = await signIn(server.url, 'mira@example.com')
    assert.match((await here(['users', 'suspend', 'mira@example.com'])).out, /is suspended/)
    assert.equal(await meStatus(server.url, three.access_token), 401)
    assert.equal((await here(['users', 'restore', one.user.id])).code, 0)
    const four = await signIn(server.url, 'mira@example.com')
    assert.match((await here(['sessions', 'end', '--user', 'mira@example.com'])).out, /1 session of mira@example.com ended/)
    assert.equal(await meStatus(server.url, four.access_token), 401)

    const doctor = await cli.run(['doctor', '--json'])
    assert.equal(doctor.code, 0, doctor.out)
    const states = JSON.parse(doctor.out).map(({ check, state }: Record<string, string>) => `${check} ${state}`)
    assert.ok(states.includes('issuer ok') && states.includes('clock ok') && states.includes('feed ok'))
    assert.match((await here(['migrate'])).out, /when it started/)
  })

  test('another server on the same database, or the same port, is refused with what to do', async () => {
    using cli = new CliFolder()
    await using server = await cli.serve()
    const { port } = new URL(server.url)
    const samePort = await cli.run(['serve', '--port', port, '--database', join(cli.folder, 'other.db')])
    assert.equal(samePort.code, 1)
    assert.match(samePort.err, /EADDRINUSE[\s\S]*--port/)
    const sameDatabase = await cli.run(['serve'], '', { PORT: '0' })
    assert.equal(sameDatabase.code, 1)
    assert.match(sameDatabase.err, /in use by another Countersign process/)
  })

  test('an operator elsewhere uses --url and --token, and loses both with the role', async () => {
    using cli = new CliFolder()
    await using server = await cli.serve()
    await cli.run(['users', 'create', '--email', 'ops@example.com', '--role', 'admin', '--password-stdin'], PASSWORD)
    const { access_token: token } = await signIn(server.url, 'ops@example.com')
    using elsewhere = new CliFolder()
    const remote = { COUNTERSIGN_URL: server.url, COUNTERSIGN_TOKEN: token }
    const listed = await elsewhere.run(['users', 'list', '--json'], '', remote)
    assert.equal(listed.code, 0, listed.err)
    assert.equal(JSON.parse(listed.out).length, 1)
    const inspected = await elsewhere.run(['token', 'inspect', '--issuer', server.url], token)
    assert.match(inspected.out, /Valid: signature, issuer, audience and time/)
    const forged = await elsewhere.run(['token', 'inspect', '--issuer', server.url, '--json'], `${token.slice(0, -8)}AAAAAAAA`)
    assert.equal(forged.code, 1)
    assert.equal(JSON.parse(forged.out).verdict.valid, false)
    assert.equal(
      (await elsewhere.run(['users', 'role', 'ops@example.com', '--remove', 'admin', '--url', server.url, '--token', token])).code,
      0,
    )
    const refused = await elsewhere.run(['users', 'list'], '', remote)
    assert.equal(refused.code, 1)
    assert.match(refused.err, /no longer valid[\s\S]*Sign in again/)
    assert.ok(!refused.err.includes(token))
  })
})
