import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { shellWord } from './shell-word.ts'

test('what is harmless stands as it is, so that a command can be read', () => {
  for (const text of ['mira@example.com', 'usr_7Qd-k2', 'ann.b+c@example.co.uk']) assert.equal(shellWord(text), text)
})

test('a shell takes it for one word, and runs nothing of it', () => {
  for (const text of [
    'x|reboot&`id`@harbour.example',
    "o'hara@example.com",
    '$HOME@example.com',
    '~root',
    '',
    'a b',
    "'; id; '",
    '!!@x',
    'a=b#c',
  ]) {
    assert.equal(execFileSync('/bin/sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' }), text)
  }
})
