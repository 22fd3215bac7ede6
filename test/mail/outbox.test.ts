import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { after, before, suite, test } from 'node:test'
import { Readable } from 'node:stream'
import { run } from '../../packages/server/src/cli/program.ts'
import { until } from '../http/patience.ts'
import { PASSWORD, type Reply, ServerWorld } from '../http/server-world.ts'

/** With headers that `fetch` does not let a caller choose. */
function asks(url: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}

suite('the outbox of development', () => {
  let world: ServerWorld
  let email: string
  before(async () => {
    world = await ServerWorld.open({ brandName: 'Harbour <Foods>' })
    const person = await world.person()
    email = person.email
    await world.ask('PUT', '/v1/me/password', {
      token: person.access_token,
      body: { current_password: PASSWORD, new_password: 'another long walk on the beach' },
    })
    await mails('password_changed')
  })
  after(() => world[Symbol.asyncDispose]())

  /** The mails of a template, once there is one. */
  async function mails(template: string): Promise<readonly Record<string, string>[]> {
    let found: readonly Record<string, string>[] = []
    await until(`a mail ${template}`, async () => {
      const { status, body } = await world.local('GET', '/v1/mails')
      assert.equal(status, 200)
      found = body.mails.filter((each: { template: string }) => each.template === template)
      return found.length > 0
    })
    return found
  }

  async function terminal(...words: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly said: string }> {
    const [out, said]: [string[], string[]] = [[], []]
    const environment = { COUNTERSIGN_DATABASE: `sqlite:${world.folder}/data/countersign.db` }
    const stdin = Readable.from([])
    const code = await run(words, { stdin, environment, print: (line) => void out.push(line), tell: (line) => void said.push(line) })
    return { code, out: out.join('\n'), said: said.join('\n') }
  }

  test('[H05] keeps what would have been sent, for operators only', async () => {
    const [mail] = await mails('password_changed')
    assert.ok(mail !== undefined)
    assert.deepEqual([mail['to'], mail['subject']], [email, 'Your Harbour <Foods> password was changed'])
    const { status, body } = await world.local('GET', `/v1/mails/${mail['id']}`)
    assert.equal(status, 200)
    assert.match(body.mail.html, /Harbour &lt;Foods&gt;/)
    assert.equal((await world.local('GET', '/v1/mails/mail.nothing')).status, 404)
    const { access_token: token } = await world.person()
    for (const path of ['/v1/mails', `/v1/mails/${mail['id']}`]) {
      assert.equal((await world.ask('GET', path)).body.code, 'credential_missing')
      assert.equal((await world.ask('GET', path, { token })).body.code, 'role_insufficient')
    }
    const { body: listed } = await world.local('GET', '/v1/mails')
    assert.equal(listed.queue.transport, 'outbox')
  })

  test('[H05] is a page, with each mail in both forms; the HTML may do nothing', async () => {
    const [mail] = await mails('password_changed')
    const list = await world.ask('GET', '/outbox')
    assert.equal(list.status, 200)
    assert.match(list.text, /Your Harbour &lt;Foods&gt; password was changed/)
    const shown = await world.ask('GET', `/outbox/${mail?.['id']}`)
    assert.match(shown.text, new RegExp(`<a href="${world.url}/not-me\\?token=cs_notme_[\\w-]+" rel="noreferrer">`))
    assert.match(shown.text, /<iframe sandbox /)
    const preview = await world.ask('GET', `/outbox/${mail?.['id']}/html`)
    assert.match(preview.headers.get('content-security-policy') ?? '', /default-src 'none'.*; sandbox;/)
    for (const { headers, text } of [list, shown]) {
      assert.doesNotMatch(headers.get('content-security-policy') ?? '', /unsafe/)
      assert.doesNotMatch(text, /<script|Harbour <Foods>/)
    }
    for (const { headers } of [list, shown, preview]) {
      assert.deepEqual([headers.get('cache-control'), headers.get('referrer-policy')], ['no-store', 'no-referrer'])
    }
    assert.equal((await world.ask('GET', '/outbox/mail.nothing')).status, 404)
  })

  test('[H05] is shown to nobody through a proxy, by the name of another host, or without an address', async () => {
    const [mail] = await mails('password_changed')
    const paths = ['/outbox', `/outbox/${mail?.['id']}`, `/outbox/${mail?.['id']}/html`]
    for (const path of paths) {
      for (const name of ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via']) {
        assert.equal(await asks(world.url + path, { [name]: '127.0.0.1' }), 404, name)
      }
      for (const host of ['evil.example', `evil.example:${world.port}`, '127.0.0.1.evil.example', 'localhost.evil.example', '192.0.2.1']) {
        assert.equal(await asks(world.url + path, { host }), 404, host)
      }
      assert.equal(await asks(world.url + path, { host: `localhost:${world.port}` }), 200)
      const embedded: Response = await world.running.countersign.fetch(new Request(`http://localhost${path}`))
      assert.equal(embedded.status, 404)
    }
  })

  test('[H05] countersign mail list and show read it', async () => {
    const [mail] = await mails('password_changed')
    const id = mail?.['id'] ?? ''
    const list = await terminal('mail', 'list')
    assert.equal(list.code, 0, list.said)
    assert.match(list.out, new RegExp(`${id} +${email} +Your Harbour <Foods> password was changed`))
    const rows = JSON.parse((await terminal('mail', 'list', '--json')).out)
    const row = rows.find((each: { id: string }) => each.id === id)
    assert.match(row.text, /\/not-me\?token=cs_notme_/)
    const shown = await terminal('mail', 'show', id)
    assert.match(shown.out, /^To: person1@example\.com\nSubject: Your Harbour <Foods> password was changed\n\nPassword changed\n/)
    assert.match(JSON.parse((await terminal('mail', 'show', id, '--json')).out).mail.html, /^<!doctype html>/)
    assert.equal((await terminal('mail', 'show', 'mail.nothing')).code, 1)
  })
})

suite('in production without a mail server', () => {
  test('[H05] there is no outbox, nothing is queued, and what needs mail says so', async () => {
    const secret = randomBytes(48).toString('base64')
    await using world = await ServerWorld.open({ production: true, issuer: 'https://auth.example', secret })
    const person = await world.local('POST', '/v1/users', { email: 'mira@example.com', password: PASSWORD })
    assert.equal(person.status, 201)
    const { body } = await world.ask('POST', '/v1/sessions', { body: { email: 'mira@example.com', password: PASSWORD } })
    const change = { current_password: PASSWORD, new_password: 'another long walk on the beach' }
    assert.equal((await world.ask('PUT', '/v1/me/password', { token: body.access_token, body: change })).status, 200)
    const listed: Reply = await world.local('GET', '/v1/mails')
    assert.deepEqual(listed.body, { mails: [], queue: { transport: 'none', waiting: 0, refused: 0, oldest_at: null } })
    assert.equal((await world.ask('GET', '/outbox')).status, 404)
    for (const email of ['mira@example.com', 'nobody@example.com']) {
      const asked = await world.ask('POST', '/v1/password-resets', { body: { email } })
      assert.deepEqual([asked.status, asked.body.code], [503, 'mail_unavailable'])
    }
  })
})
