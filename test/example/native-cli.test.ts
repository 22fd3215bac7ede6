import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CliFolder, inherited, type Transcript } from '../cli/cli-process.ts'
import { PASSWORD, ServerWorld } from '../http/server-world.ts'

const main = fileURLToPath(import.meta.resolve('../../example/native-cli/main.ts'))

suite('the example of a command line that stays signed in', () => {
  let world: ServerWorld
  before(async () => {
    // Processes that are slow to start are no thieves.
    world = await ServerWorld.open({ refreshOverlapSeconds: 60 })
  })
  after(() => world[Symbol.asyncDispose]())

  function person(folder: string) {
    const file = join(folder, 'countersign-native-cli', 'session.json')
    const cli = (words: readonly string[], input = ''): Promise<Transcript> => {
      const env = { ...inherited, COUNTERSIGN_ISSUER: world.url, XDG_STATE_HOME: folder }
      const child = spawn(process.execPath, ['--conditions=source', main, ...words], { env })
      let [out, err] = ['', '']
      child.stdout.on('data', (chunk) => (out += String(chunk)))
      child.stderr.on('data', (chunk) => (err += String(chunk)))
      child.stdin.end(input)
      return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })))
    }
    const sessionOf = (): { readonly refreshToken: string; readonly expiresAt: number } =>
      JSON.parse(JSON.parse(readFileSync(file, 'utf8'))[`countersign:${world.url}`])
    /** As if the access token had ended. */
    const age = (): void => {
      const items = JSON.parse(readFileSync(file, 'utf8'))
      items[`countersign:${world.url}`] = JSON.stringify({ ...sessionOf(), expiresAt: 0 })
      writeFileSync(file, JSON.stringify(items))
    }
    return { file, cli, sessionOf, age }
  }

  test('[C11] it signs in once, keeps the session where nobody else reads it, renews it, and signs out', async () => {
    using folder = new CliFolder()
    const { file, cli, sessionOf, age } = person(folder.folder)
    const { email } = await world.person()
    assert.deepEqual(await cli(['whoami']), { code: 1, out: '', err: 'Not signed in. Use sign-in EMAIL.\n' })
    assert.equal((await cli(['sign-in', email], 'a wrong one\n')).code, 1)
    const signedIn = await cli(['sign-in', email], `${PASSWORD}\n`)
    assert.deepEqual(signedIn, { code: 0, out: `Signed in as ${email}.\n`, err: '' })
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal(statSync(join(file, '..')).mode & 0o777, 0o700)
    assert.equal((await cli(['whoami'])).out, `${email}\n`)
    const { refreshToken } = sessionOf()
    age()
    const answers = await Promise.all(Array.from({ length: 4 }, () => cli(['whoami'])))
    assert.deepEqual(new Set(answers.map(({ out }) => out)), new Set([`${email}\n`]))
    assert.notEqual(sessionOf().refreshToken, refreshToken)
    const last = sessionOf().refreshToken
    assert.equal((await cli(['sign-out'])).out, 'Signed out.\n')
    assert.doesNotMatch(existsSync(file) ? readFileSync(file, 'utf8') : '', /cs_rt_|accessToken/)
    assert.equal(await world.refreshVerdictOn(last), 'refresh_invalid')
    assert.equal((await cli(['whoami'])).code, 1)
  })

  test('[C11] a session that was ended elsewhere is gone, and a file that others can read is not used', async () => {
    using folder = new CliFolder()
    const { file, cli } = person(folder.folder)
    const { email, access_token: token } = await world.person()
    await cli(['sign-in', email], `${PASSWORD}\n`)
    chmodSync(file, 0o644)
    assert.match((await cli(['whoami'])).err, /can be read by others/)
    chmodSync(file, 0o600)
    await world.ask('DELETE', '/v1/sessions', { token })
    assert.equal((await cli(['whoami'])).code, 1)
    assert.equal((await cli(['whoami'])).err, 'Not signed in. Use sign-in EMAIL.\n')
  })
})
