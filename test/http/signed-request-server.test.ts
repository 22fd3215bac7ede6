import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createVerifier } from 'countersign'
import { MemoryReplayStore } from 'countersign/replay'
import { systemClock } from 'countersign/core'
import { patientPlatform, until } from './patience.ts'
import { ServerWorld } from './server-world.ts'
import { bytesOf, type Call, sendBytes, type Signer, signers } from './signed-call.ts'
import { signedMounts } from './signed-mount.ts'

async function keyOf(world: ServerWorld, token: string): Promise<{ readonly id: string; readonly secret: string }> {
  const { status, body, text } = await world.ask('POST', '/v1/access-keys', { token, body: { name: 'signer' } })
  assert.equal(status, 201, text)
  return { id: body.access_key.id, secret: body.secret_access_key }
}

const signerOf = (key: { readonly id: string; readonly secret: string }, port: number): Signer => ({
  ...key,
  authority: `127.0.0.1:${port}`,
  atMs: systemClock.now(),
})

async function statusOf(port: number, bytes: Uint8Array): Promise<string> {
  const { status, body } = await sendBytes(port, bytes)
  return status < 300 ? String(status) : JSON.parse(body).code
}

test('[A01] the API of the server takes signed requests as its owner, once, and not where credentials of a person change', async () => {
  await using world = await ServerWorld.open()
  const ann = await world.person()
  const key = await keyOf(world, ann.access_token)
  const get: Call = { method: 'GET', target: '/v1/me' }
  const change: Call = {
    method: 'PUT',
    target: '/v1/me/password',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ current_password: 'x', new_password: 'y' }),
  }
  for (const form of ['http-message', 'sigv4'] as const) {
    const bytes = bytesOf(await signers[form](get, signerOf(key, world.port)), `127.0.0.1:${world.port}`)
    const { status, body } = await sendBytes(world.port, bytes)
    assert.equal(status, 200, body)
    assert.equal(JSON.parse(body).user.id, ann.user.id)
    assert.equal(await statusOf(world.port, bytes), 'request_replayed')
    const refused = await signers[form](change, signerOf(key, world.port))
    assert.equal(await statusOf(world.port, bytesOf(refused, `127.0.0.1:${world.port}`)), 'session_required')
  }
  assert.equal((await world.ask('DELETE', `/v1/access-keys/${key.id}`, { token: ann.access_token })).status, 204)
  const late = bytesOf(await signers.sigv4(get, signerOf(key, world.port)), `127.0.0.1:${world.port}`)
  assert.equal(await statusOf(world.port, late), 'signature_invalid')
})

test('[A01] [A09] a service asks the server for the key of the day, and hears of its end by the log', async () => {
  await using world = await ServerWorld.open()
  const ann = await world.person()
  const key = await keyOf(world, ann.access_token)
  const { credential } = await world.service()
  const verifier = createVerifier({
    issuer: world.url,
    audience: world.url,
    credential,
    platform: patientPlatform,
    signedRequests: { replay: new MemoryReplayStore({ clock: systemClock }) },
  })
  await verifier.ready()
  const mounted = await (signedMounts['node:http'] as (typeof signedMounts)[string])(verifier, () => undefined)
  try {
    const send = async (form: keyof typeof signers): Promise<string> => {
      const call = await signers[form](
        { method: 'POST', target: '/api/signed', headers: { 'content-type': 'application/json' }, body: '{"a":1}' },
        signerOf(key, mounted.port),
      )
      return statusOf(mounted.port, bytesOf(call, `127.0.0.1:${mounted.port}`))
    }
    for (const form of Object.keys(signers) as (keyof typeof signers)[]) assert.equal(await send(form), '200', form)
    const { position } = verifier.status()
    assert.equal((await world.ask('DELETE', `/v1/access-keys/${key.id}`, { token: ann.access_token })).status, 204)
    await until('the end of the key', () => verifier.status().position > position)
    for (const form of Object.keys(signers) as (keyof typeof signers)[]) assert.equal(await send(form), 'signature_invalid', form)
    const unknown = await signers.sigv4(
      { method: 'GET', target: '/api/signed' },
      signerOf({ ...key, id: 'CSKAAAAAAAAAAAAAAAAA' }, mounted.port),
    )
    assert.equal(await statusOf(mounted.port, bytesOf(unknown, `127.0.0.1:${mounted.port}`)), 'signature_invalid')
  } finally {
    await mounted.close()
    verifier.close()
  }
})
