import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { CliFolder, runHere } from './cli-process.ts'

const HASH = 'pbkdf2_sha1$1000$seasalt$ljleU4wBmTtz/MoG5YTwxpM0d7I='
const BCRYPT = '$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i'

const lines: readonly string[] = [
  JSON.stringify({ email: 'ann@example.com', password_hash: HASH, name: 'Ann', roles: ['staff'] }),
  '',
  JSON.stringify({ email: 'bob@example.com', password_hash: 'plain' }),
  '{"email":',
  JSON.stringify({ email: 'nobody', password_hash: HASH }),
  JSON.stringify({ email: 'ANN@example.com', password_hash: HASH }),
  JSON.stringify({ email: 'cid@example.com', password_hash: HASH, age: 7 }),
  JSON.stringify({ email: 'dee@example.com', password_hash: BCRYPT }),
]

suite('countersign users import', () => {
  const cli = new CliFolder()
  const file = join(cli.folder, 'people.ndjson')
  writeFileSync(file, `${lines.join('\n')}\n`)
  after(() => cli[Symbol.dispose]())

  const bad = [3, 4, 5, 6, 7]

  test('[H01] a dry run names every line that would be refused, and imports nothing', async () => {
    const { code, out, err } = await cli.run(['users', 'import', file, '--dry-run', '--json'])
    assert.equal(code, 1, err)
    const report = JSON.parse(out)
    assert.deepEqual([report.imported, report.dry_run], [2, true])
    assert.deepEqual(
      report.bad.map(({ line }: { line: number }) => line),
      bad,
    )
    assert.match(err, /line 3: [^\n]+\n {2}password_hash: is in no form that can be imported/)
    assert.match(err, /line 4: This is no JSON object/)
    assert.match(err, /line 6: An earlier line has this e-mail address/)
    assert.match(err, /line 7: [^\n]+\n {2}age: is not a known member/)
    assert.ok(!err.includes(HASH))
    assert.deepEqual(JSON.parse((await cli.run(['users', 'list', '--json'])).out), [])
  })

  test('[H01] an import takes the good lines, names the bad ones, and its people sign in with the password they have', async () => {
    const { code, out, err } = await cli.run(['users', 'import', '-'], lines.join('\n'))
    assert.equal(code, 1)
    assert.match(out, /^Imported 2 accounts\./)
    assert.match(err, /line 6: An account with this e-mail address exists already/)
    assert.match(err, /error: 5 lines were refused/)
    await using server = await cli.serve()
    for (const [email, password] of [
      ['ann@example.com', 'lètmein'],
      ['dee@example.com', 'abc'],
    ]) {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${server.url}/v1/sessions`, { method: 'POST', headers, body: JSON.stringify({ email, password }) })
      assert.equal(response.status, 201)
    }
  })

  test('a file that is not there is a wrong call', async () => {
    const { code, err } = await runHere(['users', 'import', '/nowhere'])
    assert.equal(code, 2)
    assert.match(err, /\/nowhere cannot be read/)
  })
})
