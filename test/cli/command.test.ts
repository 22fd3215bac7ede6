import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { CliFolder, runHere } from './cli-process.ts'

const PASSWORD = 'correct horse battery'

suite('countersign, on the database itself', () => {
  const cli = new CliFolder()
  after(() => cli[Symbol.dispose]())

  test('every verb has help with examples', async () => {
    const help = await runHere(['--help'])
    assert.equal(help.code, 0)
    const verbs = [
      'serve',
      'migrate',
      'revoke',
      'doctor',
      'users create',
      'users import',
      'users list',
      'users suspend',
      'users restore',
      'users role',
      'users elevate',
      'users elevations',
      'users end-elevation',
      'sessions list',
    ]
    verbs.push(
      'sessions end',
      'revocations list',
      'keys list',
      'keys rotate',
      'keys revoke',
      'roles list',
      'services create',
      'services list',
      'services remove',
      'verifiers list',
      'access-keys create',
      'access-keys list',
      'access-keys rotate',
      'access-keys remove',
      'api-keys create',
      'api-keys list',
      'api-keys rotate',
      'api-keys inspect',
      'api-keys remove',
      'streams create',
      'streams list',
      'streams pause',
      'streams enable',
      'streams disable',
      'streams verify',
      'streams replay',
      'streams remove',
      'mail list',
      'mail show',
      'token inspect',
    )
    const pages = await Promise.all(verbs.map((verb) => runHere([...verb.split(' '), '--help'])))
    for (const [index, { code, out }] of pages.entries()) {
      assert.equal(code, 0, verbs[index])
      assert.match(out, new RegExp(`Examples:\\n  \\$ countersign ${verbs[index]}`))
    }
  })

  test('[J02] what a revocation would end is said before, and who has revoked afterwards', async () => {
    const here = (words: readonly string[]) => runHere(words, cli.environment)
    const preview = await here(['revoke', 'everyone', '--preview'])
    assert.equal(preview.code, 0, preview.err)
    assert.match(preview.out, /^Nothing was revoked\. To revoke everyone would end 0 sessions of 0 people/)
    assert.match((await here(['revoke', 'role', 'staff', '--preview'])).out, /would end no session\./)
    assert.match((await here(['revoke', 'user', 'usr_a', '--mode', 'soft', '--preview'])).out, /no session; 0 would get new access tokens/)
    assert.equal((await here(['revoke', 'role', 'staff', '--mode', 'hard', '--preview'])).code, 1)
    assert.equal((await here(['revocations', 'list', '--kind', 'role'])).out.trim().split('\n').length, 1)
    assert.equal((await here(['revoke', 'role', 'staff', '--reason', 'renamed'])).code, 0)
    const listed = await here(['revocations', 'list', '--kind', 'role'])
    assert.match(
      listed.out,
      /^POSITION +AT +ENTRY +TARGET +OPERATION +ACTOR +REASON\n\d+ +20\S+Z +soft +role staff +revoke +local +renamed/,
    )
    assert.equal((await here(['revocations', 'list', '--limit', '0'])).code, 1)
  })

  test('a wrong call ends with 2 and says what was meant', async () => {
    const cases: ReadonlyArray<readonly [words: readonly string[], said: RegExp]> = [
      [['usres'], /unknown command 'usres'[\s\S]*Did you mean users/],
      [['users', 'list', '--serch', 'x'], /unknown option '--serch'[\s\S]*Did you mean --search/],
      [['users', 'create'], /required option '--email/],
      [['users', 'create', '--email', 'a@b.example'], /no terminal to ask for the password[\s\S]*--password-stdin/],
      [['users', 'role', 'a@b.example'], /Nothing to change/],
      [['users', 'elevate', 'a@b.example', '--role', 'r', '--reason', 'x', '--minutes', 'ten'], /--minutes must be a whole number/],
      [['users', 'elevate', 'a@b.example', '--role', 'r', '--minutes', '5'], /required option '--reason/],
      [['sessions', 'end'], /Name a session, or a person/],
      [['users', 'list', '--limit', 'many'], /--limit must be a whole number/],
      [['users', 'list', '--url', 'https://x.example'], /--url needs --token/],
      [['users', 'list', '--url', 'http://x.example', '--token', 'x'], /must use https/],
      [['keys', 'list', '--token', 'x'], /--token needs --url/],
      [['access-keys', 'create', '--name', 'k', '--window', '2s'], /--window must be a number of seconds/],
      [['access-keys', 'create', '--name', 'k', '--public-key', '/nowhere'], /\/nowhere is no key that can be read/],
      [[], /Usage: countersign/],
    ]
    const transcripts = await Promise.all(cases.map(([words]) => runHere(words)))
    for (const [index, { code, err }] of transcripts.entries()) {
      assert.equal(code, 2, cases[index]?.[0].join(' '))
      assert.match(err, cases[index]?.[1] ?? /^$/)
    }
  })

  test('a wrong configuration ends with 2 and every mistake', async () => {
    const { code, err } = await cli.run(['serve'], '', { PORT: 'x', COUNTERSIGN_SECRET: 'short', COUNTERSIGN_FEED: 'pigeon://x' })
    assert.equal(code, 2)
    assert.match(err, /PORT is not a whole number/)
    assert.match(err, /COUNTERSIGN_SECRET is refused/)
    assert.match(err, /COUNTERSIGN_FEED is no feed that this version can publish/)
  })

  test('[J01] migrate makes the database, for its owner only', async () => {
    const { code, out } = await cli.run(['migrate'])
    assert.equal(code, 0)
    assert.match(out, /is up to date/)
    const file = join(cli.folder, 'data', 'countersign.db')
    assert.ok(existsSync(file))
    assert.equal(statSync(file).mode & 0o777, 0o600)
  })

  test('accounts are created, listed, changed; scripts get JSON, people get tables', async () => {
    const created = await cli.run(
      [
        'users',
        'create',
        '--email',
        'ops@example.com',
        '--name',
        'Ops',
        '--role',
        'admin',
        '--role',
        'staff',
        '--password-stdin',
        '--json',
      ],
      `${PASSWORD}\n`,
    )
    assert.equal(created.code, 0, created.err)
    const user = JSON.parse(created.out)
    assert.deepEqual([user.email, user.roles], ['ops@example.com', ['admin', 'staff']])

    const [table, json, role, again, weak] = await sequence([
      () => cli.run(['users', 'list']),
      () => cli.run(['users', 'list', '--json', '--search', 'OPS']),
      () => cli.run(['users', 'role', 'OPS@example.com', '--remove', 'staff', '--add', 'auditor', '--json']),
      () => cli.run(['users', 'create', '--email', 'ops@example.com', '--password-stdin'], PASSWORD),
      () => cli.run(['users', 'create', '--email', 'b@example.com', '--password-stdin'], 'short'),
    ])
    assert.match(
      table?.out ?? '',
      /^ID\s+E-MAIL\s+NAME\s+STATUS\s+ROLES\s+CREATED\nusr_\S+\s+ops@example.com\s+Ops\s+active\s+admin, staff/,
    )
    assert.deepEqual(
      JSON.parse(json?.out ?? '').map(({ id }: { id: string }) => id),
      [user.id],
    )
    assert.deepEqual(JSON.parse(role?.out ?? '').roles, ['admin', 'auditor'])
    assert.equal(again?.code, 1)
    assert.match(again?.err ?? '', /^error: An account with this e-mail address exists already\./)
    assert.equal(weak?.code, 1)
    assert.match(weak?.err ?? '', /password: must have 8 to 256 characters/)
    assert.ok(!`${again?.err}${weak?.err}`.includes(PASSWORD))
  })

  test('[I02] a role for a while is given, listed and taken, with its reason', async () => {
    await cli.run(['users', 'create', '--email', 'oncall@example.com', '--password-stdin'], PASSWORD)
    const elevate = ['users', 'elevate', 'oncall@example.com', '--role', 'oncall', '--minutes', '30', '--reason', 'incident 4711']
    const [given, again, listed, taken, gone, history] = await sequence([
      () => cli.run([...elevate, '--json']),
      () => cli.run(elevate),
      () => cli.run(['users', 'elevations', 'oncall@example.com']),
      () => cli.run(['users', 'end-elevation', 'oncall@example.com', 'oncall']),
      () => cli.run(['users', 'end-elevation', 'oncall@example.com', 'oncall']),
      () => cli.run(['users', 'elevations', 'oncall@example.com', '--json']),
    ])
    const elevation = JSON.parse(given?.out ?? '')
    assert.deepEqual([elevation.role, elevation.active, elevation.started_by], ['oncall', true, 'local'])
    assert.equal(again?.code, 1)
    assert.match(listed?.out ?? '', /elv_\S+\s+oncall\s+yes\s.*incident 4711/)
    assert.match(taken?.out ?? '', /no longer has oncall/)
    assert.equal(gone?.code, 1)
    assert.match(gone?.err ?? '', /has no active elevation oncall/)
    const [noted] = JSON.parse(history?.out ?? '')
    assert.deepEqual([noted.id, noted.active, noted.ended_by], [elevation.id, false, 'local'])
  })

  test('keys and services are listed, rotated, removed; a credential is shown once', async () => {
    const [keys, rotated, service] = await sequence([
      () => cli.run(['keys', 'list', '--json']),
      () => cli.run(['keys', 'rotate', '--json']),
      () => cli.run(['services', 'create', '--name', 'orders', '--json']),
    ])
    const before = JSON.parse(keys?.out ?? '').find(
      ({ purpose, state }: Record<string, string>) => purpose === 'access-token' && state === 'next',
    )
    const after = JSON.parse(rotated?.out ?? '').find(
      ({ purpose, state }: Record<string, string>) => purpose === 'access-token' && state === 'current',
    )
    assert.equal(after.kid, before.kid)
    const { id, credential } = JSON.parse(service?.out ?? '')
    assert.match(credential, /^cs_svc_/)
    const [listed, removed, gone] = await sequence([
      () => cli.run(['services', 'list']),
      () => cli.run(['services', 'remove', id, '--json']),
      () => cli.run(['services', 'remove', id]),
    ])
    assert.ok(listed?.out.includes('orders') && !listed.out.includes(credential))
    assert.deepEqual(JSON.parse(removed?.out ?? ''), { removed: id })
    assert.equal(gone?.code, 1)
    assert.match(gone?.err ?? '', /There is nothing here\.\nCheck the id/)
  })

  test('[A01] [A10] [A11] access keys are made, listed, replaced and removed; of a private key only the public half is sent', async () => {
    await cli.run(['users', 'create', '--email', 'ci@example.com', '--password-stdin'], PASSWORD)
    const pem = join(cli.folder, 'private.pem')
    writeFileSync(pem, generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const [made, open, orphan] = await sequence([
      () => cli.run(['access-keys', 'create', '--name', 'ci', '--user', 'ci@example.com', '--address', '192.0.2.0/24', '--window', '10']),
      () => cli.run(['access-keys', 'create', '--name', 'robot', '--user', 'ci@example.com', '--public-key', pem, '--json']),
      () => cli.run(['access-keys', 'create', '--name', 'x']),
    ])
    assert.match(made?.out ?? '', /^CSK[A-Z2-7]{17}\ncs_sk_\S{49}\n$/)
    assert.match(made?.err ?? '', /shown this once/)
    const [id = '', secret = ''] = (made?.out ?? '').split('\n')
    const { access_key: robot } = JSON.parse(open?.out ?? '')
    assert.deepEqual(Object.keys(robot.public_key).sort(), ['alg', 'crv', 'kty', 'x'])
    assert.match(orphan?.err ?? '', /user: is required/)
    const [rotated, listed, removed, left] = await sequence([
      () => cli.run(['access-keys', 'rotate', id, '--overlap', '3600', '--json']),
      () => cli.run(['access-keys', 'list', '--user', 'ci@example.com']),
      () => cli.run(['access-keys', 'remove', id]),
      () => cli.run(['access-keys', 'list', '--json']),
    ])
    const { access_key: next } = JSON.parse(rotated?.out ?? '')
    assert.match(listed?.out ?? '', new RegExp(`${id} +ci +hmac +usr_\\S+ +– +192\\.0\\.2\\.0/24 +replaced by ${next.id}`))
    assert.ok(!listed?.out.includes(secret))
    assert.equal(removed?.out, `Removed ${id}. Nothing that it signs is accepted any more.\n`)
    assert.deepEqual(new Set(JSON.parse(left?.out ?? '').map((key: { id: string }) => key.id)), new Set([next.id, robot.id]))
  })

  test('[B41] a stream of security events is made, listed, paused, verified, replayed and removed', async () => {
    const push = 'https://receiver.example/events'
    const made = await cli.run(['streams', 'create', '--audience', 'https://receiver.example', '--push', push, '--json'])
    assert.equal(made.code, 0, made.err)
    const { stream_id: id, delivery } = JSON.parse(made.out)
    assert.deepEqual(delivery, { method: 'urn:ietf:rfc:8935', endpoint_url: push })
    const [paused, verified, again, listed, replayed, removed, empty, refused] = await sequence([
      () => cli.run(['streams', 'pause', id, '--reason', 'moving house']),
      () => cli.run(['streams', 'verify', id]),
      () => cli.run(['streams', 'verify', id]),
      () => cli.run(['streams', 'list']),
      () => cli.run(['streams', 'replay', id, '--json']),
      () => cli.run(['streams', 'remove', id]),
      () => cli.run(['streams', 'list']),
      () => cli.run(['streams', 'create', '--audience', 'x', '--push', 'http://127.0.0.1/']),
    ])
    assert.equal(paused?.out, `${id} is paused.\n`)
    assert.equal(verified?.code, 0)
    assert.match(again?.err ?? '', /Too many requests/)
    assert.match(listed?.out ?? '', new RegExp(`${id} +https://receiver.example +${push} +paused +1 +0 +moving house`))
    assert.deepEqual(JSON.parse(replayed?.out ?? ''), { replayed: 0 })
    assert.equal(removed?.out, `Removed ${id}.\n`)
    assert.match(empty?.out ?? '', /^No streams\./)
    assert.match(refused?.err ?? '', /endpoint_url/)
  })

  test('doctor looks at everything, and fails when something is broken', async () => {
    const well = await cli.run(['doctor', '--json'])
    assert.equal(well.code, 0, well.out)
    const states = Object.fromEntries(JSON.parse(well.out).map(({ check, state }: Record<string, string>) => [check, state]))
    assert.deepEqual(states, {
      node: 'ok',
      configuration: 'ok',
      secret: 'ok',
      mail: 'skipped',
      database: 'ok',
      log: 'ok',
      feed: 'ok',
      keys: 'ok',
      issuer: 'skipped',
    })

    const { COUNTERSIGN_SECRET: _, ...rest } = cli.environment
    const other = await cli.run(['doctor'], '', { ...rest, COUNTERSIGN_SECRET: 'ThisIsAnotherSecretOfEnoughLengthXyz0987654321qw' })
    assert.equal(other.code, 1)
    assert.match(other.out, /log\s+failed\s+the key of the audit log cannot be opened: it was sealed under another master secret/)

    using broken = new CliFolder()
    writeFileSync(join(broken.folder, 'broken.db'), 'SQLite format 3\0 and then nothing that makes sense'.repeat(100))
    const damaged = await broken.run(['doctor', '--database', join(broken.folder, 'broken.db')])
    assert.equal(damaged.code, 1)
    assert.match(damaged.out, /database\s+failed/)
  })
})

suite('countersign token inspect', () => {
  const cli = new CliFolder()
  after(() => cli[Symbol.dispose]())
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const token = `${part({ alg: 'none', typ: 'at+jwt' })}.${part({ sub: 'usr_1\u001b[31m', exp: 1_900_000_000 })}.AAAA`

  test('shows header and claims without a secret, and says that nothing is proven', async () => {
    const { code, out } = await cli.run(['token', 'inspect'], `${token}\n`, { COUNTERSIGN_SECRET: '' })
    assert.equal(code, 0)
    assert.match(out, /alg: "none"/)
    assert.match(out, /exp: 1900000000 {2}\(2030-03-17T17:46:40\.000Z\)/)
    assert.match(out, /Not verified/)
    assert.ok(!out.includes('\u001b'))
    assert.equal((await cli.run(['token', 'inspect', token, '--json'])).code, 0)
  })

  test('refuses what is no token', async () => {
    for (const text of ['', 'x', 'a.b', 'a.b.c', `${part({})}.${part({})}=.x`]) {
      const { code, err } = await cli.run(['token', 'inspect'], text)
      assert.equal(code, 1)
      assert.match(err, /no JWT/)
    }
  })
})

/** One after the other: only one process may hold the database. */
async function sequence<T>(steps: ReadonlyArray<() => Promise<T>>): Promise<readonly T[]> {
  const results: T[] = []
  for (const step of steps) results.push(await step())
  return results
}
