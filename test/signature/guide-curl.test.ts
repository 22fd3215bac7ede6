import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { installed } from '../service/process.ts'
import { askingFor, blocksOf, calling, GuideFolder, shell } from './guide-program.ts'
import { SignedWorld } from './signed-world.ts'

const [plain = '', configured = '', ours = '', forms = '', link = '', refused = ''] = blocksOf('sign-from-curl.md', 'sh')

suite('the guide to signing from curl', () => {
  let world: SignedWorld
  before(async () => {
    await installed('curl', 'curl')
    world = await SignedWorld.open()
  })
  after(() => world[Symbol.asyncDispose]())

  async function runs(block: string, expected: number): Promise<string> {
    using folder = new GuideFolder(await world.key())
    const { code, output } = await folder.run('block.sh', calling(block, world.origin), shell)
    assert.equal(code, 0, output)
    if (expected > 0) await world.requireEntered(expected)
    return output
  }

  test('[A05] stock curl signs what the service takes, and the same bytes are not taken again', async () => {
    await runs(plain, 2)
    await runs(configured, 1)
  })

  test('[A05] stock curl signs what the server’s own API takes', async () => {
    using folder = new GuideFolder(await world.key())
    const before = world.asked.length
    const { output } = await folder.run('block.sh', calling(askingFor(configured, '/v1/me'), world.server.url), shell)
    assert.equal(JSON.parse(output.slice(output.indexOf('{'))).user.id, world.person.user.id)
    assert.deepEqual(world.asked.slice(before), ['getMe 200'])
  })

  test('[J03] [A22] countersign curl hands every word to curl, and signs files too', async () => void (await runs(ours, 3)))

  test('[J03] [A22] countersign sign prints headers in every form, as curl takes them', async () => void (await runs(forms, 4)))

  test('[J03] [A06] countersign presign makes a link that the service takes', async () => {
    // A link may be used again while it lives, so there is nothing to refuse.
    await runs(link, 0)
    const [visit] = world.visits.splice(0)
    assert.equal(visit?.status, 200)
  })

  test('[J03] countersign verify says what is right with a captured request', async () => {
    const output = await runs(refused, 0)
    assert.deepEqual(
      output
        .trim()
        .split('\n')
        .map((line) => line.split(',')[0]),
      ['form: http-message', 'key: ok', 'signature: ok', 'time: ok', 'body: ok'],
    )
  })
})
