import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { start } from '../../tool/child.ts'
import { untilSaid } from './patience.ts'
import { ServerWorld } from './server-world.ts'

/** How soon it is the bench `api-key` measures. */
const REMOVALS = 25

test('[E05] a removed key is refused by a service in another process before anybody can look twice', async () => {
  await using world = await ServerWorld.open()
  const ann = await world.person()
  const { credential } = await world.service()
  const file = fileURLToPath(new URL('./api-key-process.ts', import.meta.url))
  const child = await start(file, [], { ISSUER: world.url, CREDENTIAL: credential })
  const ask = async (key: string): Promise<number> =>
    (await fetch(`${child.url}/orders`, { headers: { authorization: `Bearer ${key}` } })).status
  try {
    for (let n = 0; n < REMOVALS; n++) {
      const { body } = await world.ask('POST', '/v1/api-keys', { token: ann.access_token, body: { name: 'key' } })
      assert.deepEqual([await ask(body.key), await ask(body.key)], [200, 200])
      assert.equal((await world.ask('DELETE', `/v1/api-keys/${body.api_key.id}`, { token: ann.access_token })).status, 204)
      await untilSaid('401', async () => String(await ask(body.key)))
    }
  } finally {
    await child.kill('SIGKILL')
  }
})
