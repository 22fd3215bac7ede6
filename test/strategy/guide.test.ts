import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { configFromEnvironment } from '../../packages/server/src/index.ts'
import { runHere } from '../cli/cli-process.ts'
import { claimsOf, StrategyWorld } from './world.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

const guide = read('doc/guide/strategies.md')
const sections = guide.split(/^### /m).slice(1)
const lines = [...guide.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.trim().split('\n'))
const commands = [...new Set(lines.filter((line) => line.startsWith('countersign ')))]
const settings = [...new Set(lines.filter((line) => line.endsWith(' countersign serve')))]

/** `a "b c"` as a shell takes it apart. */
const words = (line: string): readonly string[] => [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word)

suite('the guide to strategies', () => {
  let world: StrategyWorld
  before(async () => {
    world = await StrategyWorld.open()
  })
  after(() => world[Symbol.asyncDispose]())

  test('has a section for each row from B02 to B37 that says what a request and a revocation cost', () => {
    const rows = [...read('doc/mission.md').matchAll(/^\| (B\d\d) \|/gm)].map(([, id = '']) => id)
    const wanted = rows.filter((id) => id >= 'B02' && id <= 'B37')
    assert.ok(wanted.length >= 36)
    for (const id of wanted) {
      const section = sections.find((text) => text.split('\n', 1)[0]?.includes(id))
      assert.ok(section !== undefined, `no section for ${id}`)
      assert.match(section, /: (?:nothing\s+more|about|a\s+(?:counter|question)|one\s+(?:entry|question|refresh|row|snapshot))/, id)
    }
  })

  for (const command of commands) {
    test(`its command runs: ${command}`, async () => {
      const [person, operator] = [await world.server.person(), await world.server.person(['admin'])]
      const { body } = await world.server.local('GET', '/v1/signing-keys')
      const { kid } = body.keys.find(
        ({ purpose, state }: { purpose: string; state: string }) => purpose === 'access-token' && state === 'next',
      )
      const really: Readonly<Record<string, string>> = {
        USER: person.user.id,
        SESSION: person.session.id,
        JTI: String(claimsOf(person.access_token)['jti']),
        KID: kid,
        'mira@example.com': person.email,
      }
      const [, ...given] = words(command)
      const door = ['--url', world.server.url, '--token', operator.access_token]
      const { code, err } = await runHere([...given.map((word) => really[word] ?? word), ...door])
      assert.equal(code, 0, err)
    })
  }

  for (const setting of settings) {
    test(`its setting is one: ${setting}`, () => {
      const [name = '', value] = setting.split(' ', 1)[0]?.split('=') ?? []
      configFromEnvironment({ [name]: value })
    })
  }
})
