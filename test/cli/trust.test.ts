import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { CliFolder, runHere } from './cli-process.ts'

const ISSUER = 'https://kubernetes.default.svc'

suite('countersign trust', () => {
  const cli = new CliFolder()
  after(() => cli[Symbol.dispose]())
  const here = (words: readonly string[], input = '') => runHere(words, cli.environment, input)

  test('[D02] rules are added, listed, tested against a token, and removed', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const file = join(cli.folder, 'jwks.json')
    writeFileSync(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] }))
    const { id: service } = JSON.parse((await here(['services', 'create', '--name', 'orders', '--json'])).out)
    const words = [
      'trust',
      'add',
      '--name',
      'Pods',
      '--issuer',
      ISSUER,
      '--jwks-file',
      file,
      '--service',
      service,
      '--scope',
      'orders:read',
    ]
    const subject = ['--subject', 'system:serviceaccount:prod:*', '--claim', '/kubernetes.io/namespace=prod', '--reusable']
    const made = await here([...words, ...subject])
    assert.equal(made.code, 0, made.err)
    assert.match(made.out, /^tru_\S+\n?$/)
    const id = made.out.trim()
    const [listed] = JSON.parse((await here(['trust', 'list', '--json'])).out)
    assert.deepEqual(
      [listed.id, listed.issuer, listed.has_keys, listed.reusable, listed.token_seconds, listed.claims],
      [id, ISSUER, true, true, 900, { '/kubernetes.io/namespace': 'prod' }],
    )
    assert.match((await here(['trust', 'list'])).out, /while it lives/)
    const token = (namespace: string): Promise<string> =>
      new SignJWT({ 'kubernetes.io': { namespace } })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .setIssuer(ISSUER)
        .setSubject('system:serviceaccount:prod:orders')
        .setAudience(['http://127.0.0.1:4000'])
        .setExpirationTime('10m')
        .sign(privateKey)
    const good = await here(['trust', 'test'], `${await token('prod')}\n`)
    assert.deepEqual([good.code, /yes/.test(good.out)], [0, true], good.out + good.err)
    const bad = await here(['trust', 'test'], await token('test'))
    assert.deepEqual([bad.code, /no: \/kubernetes\.io\/namespace/.test(bad.out)], [1, true], bad.out)
    assert.match((await here(['trust', 'test'], 'x')).out, /No rule/)
    assert.equal((await here(['trust', 'test'], '')).code, 2)
    assert.equal((await here([...words, '--subject', 'a:b', '--claim', 'x'])).code, 2)
    assert.equal((await here([...words, '--subject', 'a:b', '--claim', 'x=1', '--claim', 'x=2'])).code, 2)
    assert.equal((await here([...words, '--subject', 'repo:*'])).code, 1)
    assert.equal((await here(['trust', 'remove', id])).code, 0)
    assert.equal((await here(['trust', 'remove', id])).code, 1)
  })
})
