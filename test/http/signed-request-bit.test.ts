import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesOf, type Call, presigned, signers } from './signed-call.ts'
import { signedMounts } from './signed-mount.ts'
import { SignedService } from './signed-service.ts'

const mount = signedMounts['node:http'] as (typeof signedMounts)[string]
const call: Call = {
  method: 'POST',
  target: '/api/signed?order=7',
  headers: { 'content-type': 'application/json', 'x-tenant': 'north' },
  body: '{"pay":"one"}',
}

/** Header lines that no signature covers: HTTP itself, and what a proxy may change. */
const uncovered = new Set(['connection', 'content-length'])

/** Where in the bytes what is covered stands: the request line, the values of the signed headers, the signature itself, the body. */
function coveredPlaces(bytes: Buffer, skipped: ReadonlySet<string>): readonly number[] {
  const places: number[] = []
  const text = bytes.toString('latin1')
  const headEnd = text.indexOf('\r\n\r\n')
  const range = (from: number, to: number): void => {
    for (let at = from; at < to; at++) places.push(at)
  }
  range(0, text.indexOf(' HTTP/1.1'))
  for (let start = text.indexOf('\r\n') + 2; start < headEnd; ) {
    const end = text.indexOf('\r\n', start)
    const colon = text.indexOf(': ', start)
    const name = text.slice(start, colon).toLowerCase()
    // The name of a scheme is the same in any case (RFC 9110 section 11.1).
    const from = name === 'authorization' ? text.indexOf(' ', colon + 2) + 1 : colon + 2
    if (!uncovered.has(name) && !skipped.has(name)) range(from, end)
    start = end + 2
  }
  range(headEnd + 4, bytes.length)
  return places
}

for (const [form, sign, skipped] of [
  ['http-message', (at: SignedService) => signers['http-message'](call, at.signer()), []],
  ['sigv4', (at: SignedService) => signers.sigv4(call, at.signer()), []],
  // Hawk and a JWT speak for no header; Hawk for the type of the body, in any case.
  ['hawk', (at: SignedService) => signers.hawk(call, at.signer()), ['x-tenant', 'content-type']],
  ['jwt', (at: SignedService) => signers.jwt(call, at.signer()), ['x-tenant', 'content-type']],
  ['a presigned link', (at: SignedService) => presigned({ method: 'GET', target: '/api/signed?order=7' }, at.signer(), 60), []],
] as const) {
  test(`[A04] a change of one bit of what ${form} covers is refused`, async () => {
    await using service = await SignedService.open(mount)
    const bytes = bytesOf(await sign(service), service.host)
    const places = coveredPlaces(bytes, new Set<string>(skipped))
    // One bit of every byte, each time another: a run stays short, and no byte is left out.
    const changes = places.map((place, index) => ({ place, bit: 1 << (index % 7) }))
    for (let start = 0; start < changes.length; start += 40) {
      const sent = changes.slice(start, start + 40).map(async ({ place, bit }) => {
        const changed = Buffer.from(bytes)
        changed[place] = (changed[place] ?? 0) ^ bit
        const { status } = await service.send(changed)
        assert.notEqual(
          status,
          200,
          `byte ${place}, bit ${bit}: ${JSON.stringify(changed.toString('latin1').slice(place - 12, place + 12))}`,
        )
      })
      await Promise.all(sent)
    }
    assert.equal(service.handled, 0)
    await service.accepts(bytes)
  })
}
