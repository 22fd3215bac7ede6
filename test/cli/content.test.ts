import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { verifyContent } from 'countersign/content'
import { runHere } from './cli-process.ts'

suite('countersign content', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cs-content-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const at = (...parts: readonly string[]): string => join(folder, ...parts)

  /** A key, and the set in a file. */
  async function newKey(name: string): Promise<{ readonly key: string; readonly keys: string }> {
    const { code, out } = await runHere(['content', 'key', at(`${name}.jwk`)])
    assert.equal(code, 0)
    writeFileSync(at(`${name}-keys.json`), out)
    return { key: at(`${name}.jwk`), keys: at(`${name}-keys.json`) }
  }

  test('[G04] a file is signed and verified by the public key alone: on the command line, and where a browser would', async () => {
    const { key, keys } = await newKey('release')
    assert.equal(statSync(key).mode & 0o777, 0o600)
    assert.ok(!readFileSync(keys, 'utf8').includes('"d"'))
    assert.equal((await runHere(['content', 'key', key])).code, 1, 'a key is never written over')
    writeFileSync(at('app.bin'), Buffer.alloc(3_000_000, 7))
    const signed = await runHere(['content', 'sign', at('app.bin'), '--key', key, '--json'])
    assert.equal(signed.code, 0, signed.err)
    assert.equal((await runHere(['content', 'verify', at('app.bin'), '--keys', keys])).code, 0)
    const signature = readFileSync(at('app.bin.jws'), 'utf8').trim()
    const published = JSON.parse(readFileSync(keys, 'utf8'))
    assert.equal((await verifyContent(signature, readFileSync(at('app.bin')), { keys: published })).size, 3_000_000)
    const other = await newKey('other')
    const stranger = await runHere(['content', 'verify', at('app.bin'), '--keys', other.keys])
    assert.deepEqual([stranger.code, stranger.err], [1, 'error: The signature is not by a key of the set.\n'])
    writeFileSync(at('app.bin'), 'other')
    const changed = await runHere(['content', 'verify', at('app.bin'), '--keys', keys])
    assert.deepEqual([changed.code, changed.err], [1, `error: ${at('app.bin')} is not what was signed.\n`])
  })

  test('[G04] a folder is signed as a whole: what is changed, missing or added is named, and links are refused', async () => {
    const { key, keys } = await newKey('folder')
    mkdirSync(at('dist', 'js'), { recursive: true })
    writeFileSync(at('dist', 'index.html'), '<p>')
    writeFileSync(at('dist', 'js', 'app.js'), 'go()')
    const sign = () => runHere(['content', 'sign', at('dist'), '--key', key])
    const verify = async (...more: readonly string[]): Promise<string> => {
      const { code, err } = await runHere(['content', 'verify', at('dist'), '--keys', keys, ...more])
      return code === 0 ? 'verified' : err.trim()
    }
    assert.equal((await sign()).code, 0)
    assert.equal(await verify(), 'verified')
    writeFileSync(at('dist', 'js', 'extra.js'), '')
    assert.equal(await verify(), `error: ${at('dist', 'js', 'extra.js')} was not signed.`)
    rmSync(at('dist', 'js', 'extra.js'))
    writeFileSync(at('dist', 'js', 'app.js'), 'stop()')
    assert.equal(await verify(), `error: ${at('dist', 'js', 'app.js')} is not what was signed.`)
    rmSync(at('dist', 'js', 'app.js'))
    assert.equal(await verify(), `error: ${at('dist', 'js', 'app.js')} is missing.`)
    symlinkSync('/etc/passwd', at('dist', 'js', 'app.js'))
    assert.match(await verify(), /neither a file nor a folder/)
    assert.equal((await sign()).code, 1)
    rmSync(at('dist', 'js', 'app.js'))
    writeFileSync(at('one.txt'), 'one')
    assert.equal((await runHere(['content', 'sign', at('one.txt'), '--key', key])).code, 0)
    assert.match(await verify('--signature', at('one.txt.jws')), /of another kind of thing/)
  })

  test('[G04] the keys may be at an address, which has to be safe', async () => {
    const { key, keys } = await newKey('served')
    writeFileSync(at('text'), 'text')
    assert.equal((await runHere(['content', 'sign', at('text'), '--key', key])).code, 0)
    const server = createServer((_request, response) => void response.end(readFileSync(keys)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys.json`
    try {
      assert.equal((await runHere(['content', 'verify', at('text'), '--keys', url])).code, 0)
      assert.equal((await runHere(['content', 'verify', at('text'), '--keys', 'http://keys.example/'])).code, 2)
      assert.equal((await runHere(['content', 'verify', at('text'), '--keys', at('text')])).code, 2)
      assert.equal((await runHere(['content', 'sign', at('text'), '--key', keys])).code, 2)
    } finally {
      server.close()
    }
  })
})
