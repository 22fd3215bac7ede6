import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { install, installed } from '../service/process.ts'
import { askingFor, blocksOf, calling, GuideFolder, type Program, shell, works } from './guide-program.ts'
import { SignedWorld } from './signed-world.ts'

const [botocore = '', standard = ''] = blocksOf('sign-from-python.md', 'python')
const [commands = ''] = blocksOf('sign-from-python.md', 'sh')
const PYTHON = '/usr/bin/python3'

/** A Python that has botocore. */
async function pythonWithBotocore(): Promise<Program> {
  for (const command of ['python3', PYTHON]) if (await works(command, '-c', 'import botocore')) return { command, args: [] }
  await install('python3-botocore')
  return { command: PYTHON, args: [] }
}

suite('the guide to signing from Python', () => {
  let world: SignedWorld
  before(async () => {
    world = await SignedWorld.open({ service: ['api', 's3'] })
  })
  after(() => world[Symbol.asyncDispose]())

  async function runs(block: string, python: Program): Promise<void> {
    using folder = new GuideFolder(await world.key())
    const { code, output } = await folder.run('program.py', calling(block, world.origin), python)
    assert.equal(code, 0, output)
    await world.requireEntered(2)
    const before = world.asked.length
    await folder.run('program.py', calling(askingFor(block, '/v1/me'), world.server.url), python)
    assert.ok(world.asked.slice(before).includes('getMe 200'), world.asked.slice(before).join('\n'))
  }

  test('[A05] botocore signs what the service and the server’s own API take, and the same bytes are not taken again', async () =>
    runs(botocore, await pythonWithBotocore()))

  test('[A07] the standard library is enough for RFC 9421', async () =>
    runs(standard, { command: await installed('python3', 'python3'), args: [] }))

  test('[A06] a link that the AWS command line has made is taken, and once only where the route says so', async () => {
    await installed('aws', 'awscli')
    using folder = new GuideFolder(await world.key())
    const { code, output } = await folder.run('block.sh', calling(commands, world.origin), shell)
    assert.equal(code, 0, output)
    const [visit] = await world.requireEntered(1)
    assert.match(visit?.target ?? '', /^\/files\/report\.pdf\?X-Amz-Algorithm=AWS4-HMAC-SHA256&/)
  })
})
