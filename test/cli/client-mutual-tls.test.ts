import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { selfSigned } from '../http/server-certificate.ts'
import { CliFolder, runHere } from './cli-process.ts'

suite('countersign clients create --mtls-…', () => {
  const cli = new CliFolder()
  after(() => cli[Symbol.dispose]())
  const create = (words: readonly string[], settings: Readonly<Record<string, string>> = {}) => {
    const environment = { ...cli.environment, COUNTERSIGN_TLS_CLIENT_CERTIFICATES: 'yes', ...settings }
    return runHere(['clients', 'create', '--name', 'Orders', '--machine', '--json', ...words], environment)
  }

  test('[D08] clients are made that prove themselves by a certificate, and their tokens are bound to it', async () => {
    const file = join(cli.folder, 'client.pem')
    const own = selfSigned('client')
    writeFileSync(file, own.cert)
    const self = JSON.parse((await create(['--mtls-self-signed', file])).out)
    assert.deepEqual(
      [self.token_endpoint_auth_method, self.tls_client_certificate_bound_access_tokens, self.has_keys, self.secret],
      ['self_signed_tls_client_auth', true, true, undefined],
    )
    const next = await runHere(['clients', 'update', self.id, '--mtls-self-signed', file, '--json'], cli.environment)
    assert.equal(JSON.parse(next.out).token_endpoint_auth_method, 'self_signed_tls_client_auth')
    const named = await create(['--mtls-san-dns', 'orders.example'], { COUNTERSIGN_TLS_CLIENT_CA: 'ca.pem' })
    const { tls_client_auth_san_dns, tls_client_certificate_bound_access_tokens } = JSON.parse(named.out)
    assert.deepEqual([tls_client_auth_san_dns, tls_client_certificate_bound_access_tokens], ['orders.example', true])
    const bound = JSON.parse((await create(['--mtls-bound'])).out)
    assert.deepEqual([bound.token_endpoint_auth_method, bound.tls_client_certificate_bound_access_tokens], ['client_secret_basic', true])
    assert.match(bound.secret, /^cs_cli_/)
  })

  test('[D08] what contradicts itself, cannot be read or cannot work here is refused', async () => {
    const two = await create(['--mtls-san-dns', 'orders.example', '--mtls-subject-dn', 'CN=orders'])
    assert.deepEqual([two.code, /known by one thing/.test(two.err)], [2, true], two.err)
    const unread = await create(['--mtls-self-signed', join(cli.folder, 'nothing.pem')])
    assert.deepEqual([unread.code, /nothing\.pem holds no PEM certificate/.test(unread.err)], [2, true], unread.err)
    const unchecked = await create(['--mtls-san-dns', 'orders.example'])
    assert.deepEqual([unchecked.code, /who has signed the certificates/.test(unchecked.err)], [1, true], unchecked.err)
    const both = await create(['--mtls-bound', '--dpop'])
    assert.deepEqual([both.code, /choose one/.test(both.err)], [1, true], both.err)
  })
})
