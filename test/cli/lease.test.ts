import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { until } from '../http/patience.ts'
import { installed } from '../service/process.ts'
import { CliFolder, runHere, type Served } from './cli-process.ts'

const main = fileURLToPath(new URL('../../packages/server/src/cli/main.ts', import.meta.url))
const example = fileURLToPath(new URL('../../example/leased-test/main.ts', import.meta.url))
/** Writes who it may sign in as, so that the test can try it. */
const tellTo = (file: string, then: string): readonly string[] => [
  process.execPath,
  '-e',
  `const e = process.env
   require('fs').writeFileSync(${JSON.stringify(file)}, JSON.stringify({
     email: e.COUNTERSIGN_LEASE_EMAIL, password: e.COUNTERSIGN_LEASE_PASSWORD, endsAt: e.COUNTERSIGN_LEASE_ENDS_AT, secret: e.COUNTERSIGN_SECRET }))
   ${then}`,
]

suite('countersign lease', () => {
  const cli = new CliFolder()
  let served: Served

  before(async () => {
    served = await cli.serve()
    for (const n of [1, 2])
      assert.equal((await runHere(['lease', 'add', `e2e-${n}@test.example`, '--pool', 'e2e'], cli.environment)).code, 0)
  })
  after(async () => {
    await served.stop()
    cli[Symbol.dispose]()
  })

  const told = (file: string): { email: string; password: string; endsAt: string; secret?: string } =>
    JSON.parse(readFileSync(file, 'utf8'))

  /** `201`, or the status of the refusal. */
  async function signIn({ email, password }: { readonly email: string; readonly password: string }): Promise<number> {
    const body = JSON.stringify({ email, password })
    const headers = { 'content-type': 'application/json' }
    return (await fetch(`${served.url}/v1/sessions`, { method: 'POST', headers, body })).status
  }

  function started(words: readonly string[]) {
    const child = spawn(process.execPath, ['--conditions=source', main, ...words], {
      env: cli.environment,
      cwd: cli.folder,
      stdio: 'ignore',
    })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    return { child, ended }
  }

  const fileOf = (name: string): string => join(cli.folder, name)
  const isTold = (file: string) => (): boolean => {
    try {
      return told(file).password !== undefined
    } catch {
      return false
    }
  }

  test('[I01] a program runs with a test user of its own; its exit code is that of the command, and the password is dead', async () => {
    const file = fileOf('ended.json')
    const check = `fetch(${JSON.stringify(`${served.url}/v1/sessions`)}, { method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: e.COUNTERSIGN_LEASE_EMAIL, password: e.COUNTERSIGN_LEASE_PASSWORD }) })
      .then(({ status }) => process.exit(status === 201 ? 7 : 1))`
    const { code, err } = await cli.run(['lease', 'run', '--pool', 'e2e', '--', ...tellTo(file, check)])
    assert.deepEqual([code, err], [7, ''])
    assert.equal(await signIn(told(file)), 401)
    assert.equal(told(file).secret, undefined, 'what the server’s secrets are is none of the program’s business')
    const { out } = await runHere(['lease', 'list', '--json'], cli.environment)
    assert.deepEqual(JSON.parse(out), [])
  })

  test('[I01] a command that is told to end tells its program, and gives the user back', async () => {
    const file = fileOf('terminated.json')
    const { child, ended } = started(['lease', 'run', '--pool', 'e2e', '--', ...tellTo(file, 'setTimeout(() => {}, 30000)')])
    await until('the program', isTold(file))
    assert.equal(await signIn(told(file)), 201)
    child.kill('SIGTERM')
    assert.equal(await ended, 128 + 15)
    assert.equal(await signIn(told(file)), 401)
  })

  test('[I01] of a command that is killed the deadline ends the lease', async () => {
    const file = fileOf('killed.json')
    const words = ['lease', 'run', '--pool', 'e2e', '--seconds', '4', '--', ...tellTo(file, 'setTimeout(() => {}, 6000)')]
    const { child, ended } = started(words)
    await until('the program', isTold(file))
    child.kill('SIGKILL')
    await ended
    const { endsAt } = told(file)
    await until('the deadline', async () => (await signIn(told(file))) === 401)
    assert.ok(Date.now() >= Date.parse(endsAt))
  })

  test('[I01] what cannot be run takes nobody with it, and who lists leases sees what was done with them', async () => {
    const missing = await runHere(['lease', 'run', '--pool', 'e2e', '--', 'no-such-program'], cli.environment)
    assert.deepEqual([missing.code, missing.err.split('\n')[0]], [1, 'error: no-such-program cannot be started.'])
    const nobody = await runHere(['lease', 'run', '--pool', 'empty', '--', 'true'], cli.environment)
    assert.deepEqual([nobody.code, nobody.err.split('\n')[0]], [1, 'error: Nobody of the pool empty is free.'])
    const all = JSON.parse((await runHere(['lease', 'list', '--all', '--json'], cli.environment)).out)
    const [newest] = all
    assert.deepEqual([newest.active, newest.ended_by], [false, 'local'])
    const shown = JSON.parse((await runHere(['lease', 'show', newest.id, '--json'], cli.environment)).out)
    assert.deepEqual(
      shown.map(({ kind }: { kind: string }) => kind),
      ['started', 'ended'],
    )
    const users = async (): Promise<readonly { readonly user: string; readonly state: string }[]> =>
      JSON.parse((await runHere(['lease', 'users', '--json'], cli.environment)).out)
    // The job that ends what was killed comes by each second.
    await until('both are free', async () => (await users()).every(({ state }) => state === 'free'))
    const [, second = { user: '' }, ...others] = await users()
    assert.deepEqual(others, [])
    assert.equal((await runHere(['lease', 'remove', second.user], cli.environment)).code, 0)
  })

  test('[I01] a test in a real browser signs in under a lease; one second after its run the password fails', async () => {
    const words = [process.execPath, '--conditions=source', example]
    const recorded = fileOf('browser.json')
    const inner = tellTo(
      recorded,
      `require('child_process').spawn(${JSON.stringify(words[0])}, ${JSON.stringify(words.slice(1))}, { stdio: 'inherit' })
      .once('exit', (code) => process.exit(code ?? 1))`,
    )
    const environment = { SITE: served.url, CHROMIUM: await installed('chromium', 'chromium'), HOME: cli.folder }
    const { code, out, err } = await cli.run(['lease', 'run', '--pool', 'e2e', '--seconds', '120', '--', ...inner], '', environment)
    assert.equal(code, 0, err)
    const person = told(recorded)
    assert.equal(out.trim(), `signed in as ${person.email}`)
    // The first that anybody could try after it.
    assert.equal(await signIn(person), 401)
  })
})
