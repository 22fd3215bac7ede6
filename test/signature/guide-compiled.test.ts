// Go and Java are too large to be installed for a test: where they are, what the guides show is run.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { blocksOf, calling, GuideFolder, type Program, works } from './guide-program.ts'
import { SignedWorld } from './signed-world.ts'

interface Guide {
  readonly name: string
  readonly language: string
  readonly file: string
  readonly program: Program
  readonly version: string
}

const guides: readonly Guide[] = [
  { name: 'sign-from-go.md', language: 'go', file: 'signed.go', program: { command: 'go', args: ['run'] }, version: 'version' },
  { name: 'sign-from-java.md', language: 'java', file: 'Signed.java', program: { command: 'java', args: [] }, version: '--version' },
]
const blocks = new Map(guides.map(({ name, language }) => [name, blocksOf(name, language)[0] ?? '']))

suite('the guides to signing from Go and Java', () => {
  let world: SignedWorld
  before(async () => {
    world = await SignedWorld.open()
  })
  after(() => world[Symbol.asyncDispose]())

  for (const { name, file, program, version } of guides) {
    test(`[A07] ${name} shows one whole program, which signs what the service takes wherever it can be run`, async () => {
      const block = blocks.get(name) ?? ''
      for (const part of ['countersign/http-message/1/', '@signature-params', 'https://api.example.com/orders'])
        assert.ok(block.includes(part), part)
      if (!(await works(program.command, version))) return
      using folder = new GuideFolder(await world.key())
      const { code, output } = await folder.run(file, calling(block, world.origin), program)
      assert.equal(code, 0, output)
      await world.requireEntered(2)
    })
  }
})
