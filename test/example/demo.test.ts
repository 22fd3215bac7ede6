import assert from 'node:assert/strict'
import { test } from 'node:test'
import { script } from '../../tool/command.ts'

test('[D01] [B13] the demo shows in milliseconds how an application of others is refused, by whatever its access ends', async (t) => {
  const { code, stdout, output } = await script('example/demo/main.ts', ['oauth', '--once'])
  assert.equal(code, 0, output)
  const refused = [...stdout.matchAll(/refused by express (\d+\.\d) ms/g)].map(([, ms]) => Number(ms))
  assert.equal(refused.length, 5, output)
  assert.match(stdout, /RFC 7009[\s\S]*session ends[\s\S]*takes back[\s\S]*suspended[\s\S]*disabled[\s\S]*every step held/)
  t.diagnostic(`${refused.join(', ')} ms`)
})
