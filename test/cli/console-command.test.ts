import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Readable } from 'node:stream'
import { suite, test } from 'node:test'
import { run } from '../../packages/server/src/cli/program.ts'

const folder = fileURLToPath(new URL('../../packages/console/src', import.meta.url))

/** Whatever the console gives people to copy: `countersign …`, to the end of the text. */
const commands = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
  .flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/[^`'\n]*?(countersign [a-z][^`'\n]*)/g)])
  .map(([, command = '']) => command.replaceAll(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, 'x').replace(/\. .*$/s, ''))

async function helpOf(words: readonly string[]): Promise<string> {
  let said = ''
  const print = (line: string): void => {
    said += `${line}\n`
  }
  await run([...words, '--help'], { stdin: Readable.from([]), environment: {}, print, tell: print })
  return said
}

suite('the commands that the console teaches', () => {
  for (const command of new Set(commands)) {
    test(`[J02] ${command}`, async () => {
      const words = command.split(' ').slice(1)
      const first = words.findIndex((word) => word.startsWith('-'))
      const plain = words.slice(0, first === -1 ? undefined : first)
      const help = await helpOf(plain.filter((word) => /^[a-z-]{2,}$/.test(word)))
      const [, usage = ''] = /^Usage: countersign (.*)$/m.exec(help) ?? []
      const [names, places] = [/^[a-z -]*/.exec(usage)?.[0].trim() ?? '', usage.match(/<[^>]+>|\[(?!options)[^\]]+\]/g) ?? []]
      assert.equal(plain.slice(0, names.split(' ').length).join(' '), names, help)
      const given = plain.length - names.split(' ').length
      assert.ok(given <= places.length && given >= places.filter((place) => place.startsWith('<')).length, `${usage}: ${given} given`)
      for (const option of words.filter((word) => word.startsWith('--')))
        assert.match(help, new RegExp(`^\\s+(?:-\\w, )?${option}\\b`, 'm'))
    })
  }
  test('there are some', () => assert.ok(commands.length > 12, commands.join('\n')))
})
