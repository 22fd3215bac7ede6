import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from 'countersign/core'
import { MasterSecret, newMasterSecret } from './master-secret.ts'
import { SecretRotation } from './secret-rotation.ts'

const [first, second, gone] = [0, 1, 2].map(() => newMasterSecret(systemRandom))
const list = MasterSecret.parse(`${first},${second}`)
const text = new TextEncoder().encode('text')

const rotationOf = (sealed: readonly Uint8Array[], made: ReadonlyMap<string, number>): SecretRotation =>
  new SecretRotation({
    secret: list,
    sealed: [
      {
        name: 'things',
        async *under() {
          for (const each of sealed) yield list.sealedUnder('p/1', each, 'here')
        },
        reseal: async () => ({ resealed: 0, lost: 0 }),
      },
    ],
    made: [{ name: 'others', purpose: 'p/1', byKey: async () => made }],
  })

test('[G05] each thing is counted under the secret that it hangs on, and what none of them opens as lost', async () => {
  const under = (secret: string | undefined): Uint8Array => MasterSecret.parse(secret ?? '').seal('p/1', text, 'here', systemRandom)
  const idUnder = (secret: string | undefined): string => MasterSecret.parse(secret ?? '').purposeKeys('p/1')[0]?.id ?? ''
  const made = new Map([
    [idUnder(first), 3],
    [idUnder(gone), 2],
  ])
  const { secrets, lost } = await rotationOf([under(first), under(second), under(second), under(gone)], made).state()
  assert.deepEqual(
    secrets.map(({ sealed, made: left, mayGo }) => ({ sealed, left, mayGo })),
    [
      { sealed: { things: 1 }, left: { others: 3 }, mayGo: false },
      { sealed: { things: 2 }, left: {}, mayGo: false },
    ],
  )
  assert.deepEqual(lost, { things: 1, others: 2 })
})

test('[G05] a secret on which nothing hangs may go, but never the first', async () => {
  const { secrets } = await rotationOf([], new Map()).state()
  assert.deepEqual(
    secrets.map(({ mayGo }) => mayGo),
    [false, true],
  )
})
