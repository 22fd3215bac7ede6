import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPlatform } from '../../tool/check-platform.ts'

for (const text of [
  'const now = Date.now()',
  'const at = new Date()',
  'if (Math.random() < 0.5) stop()',
  'const answer = await fetch(url)',
  'await globalThis.fetch(url)',
  'setTimeout(task, 5)',
  'const a = `${Date.now()}`',
]) {
  test(`the platform gate finds: ${text}`, () => assert.equal(checkPlatform({ path: 'x.ts', text }).length, 1))
}

for (const text of [
  'new Date(at).toISOString()',
  'platform.fetch(url)',
  'clock.setTimeout(task)',
  'const f = ({ fetch }: Platform) => fetch(url)',
  'class A {\n  async fetch(request: Request): Promise<Response> {\n  }\n}',
  '// Date.now() is banned',
  "const text = 'Date.now()'",
]) {
  test(`the platform gate allows: ${text.split('\n')[0]}${text.includes('\n') ? ' …' : ''}`, () =>
    assert.deepEqual(checkPlatform({ path: 'x.ts', text }), []))
}
