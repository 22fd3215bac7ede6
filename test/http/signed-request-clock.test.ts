import { test } from 'node:test'
import { MemoryReplayStore } from 'countersign/replay'
import type { Call } from './signed-call.ts'
import { signedMounts } from './signed-mount.ts'
import { SignedService } from './signed-service.ts'

const mount = signedMounts['node:http'] as (typeof signedMounts)[string]
const GET: Call = { method: 'GET', target: '/api/either' }

test('[A03] [I16] a request is used once, also when a clock that was ahead is set right afterwards', async () => {
  await using service = await SignedService.open(mount)
  service.machine.aheadMs = 50_000
  const bytes = await service.signed('http-message', GET)
  await service.accepts(bytes)
  service.machine.aheadMs = 0
  service.clock.advance(110_000)
  service.issuer.heartbeat()
  await service.refuses(bytes, 'request_replayed')
})

test('[A03] [I16] a verifier with a slow clock refuses what was signed before its memory began', async () => {
  await using service = await SignedService.open(mount, { aheadMs: -300_000, replay: (clock) => new MemoryReplayStore({ clock }) })
  await service.refuses(await service.signed('http-message', GET, { atMs: service.clock.now() - 60_000 }), 'request_expired')
  await service.accepts(await service.signed('http-message', GET))
})
