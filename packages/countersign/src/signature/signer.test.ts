import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

/** What a file imports or exports on at run time: types are gone by then. */
const atRunTime = /^(?:import|export)\s+(?!type\b)(?:[^'"]*?\bfrom\s+)?'([^']+)'/gm

function reached(file: URL, seen: Set<string> = new Set()): ReadonlySet<string> {
  if (seen.has(file.href)) return seen
  seen.add(file.href)
  for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(atRunTime)) {
    if (specifier.startsWith('.')) reached(new URL(specifier, file), seen)
    else seen.add(specifier)
  }
  return seen
}

test('the half that signs reaches nothing that a browser does not have, and no file of the half that verifies', () => {
  const files = [...reached(new URL('./signer.ts', import.meta.url))]
  assert.ok(files.length > 15 && files.some((file) => file.endsWith('/structured-field/parse.ts')))
  const foreign = files.filter((file) => !file.startsWith('file:') || /\/crypto\/|\/key\/|read-signature|content-digest/.test(file))
  assert.deepEqual(foreign, [])
  // The walk can find such things.
  assert.ok(reached(new URL('./index.ts', import.meta.url)).has('node:crypto'))
})
