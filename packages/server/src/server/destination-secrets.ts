import { decodeBase64url, encodeBase64url, type Platform, parseJsonObject } from 'countersign/core'
import type { Destination, DeliveryStore } from '../delivery/index.ts'
import type { MasterSecret, Resealed, SealedKind, SealedUnder } from '../signing/index.ts'

interface Ground {
  readonly store: DeliveryStore
  readonly secret: MasterSecret
  readonly platform: Platform
}

interface Named {
  readonly name: string
  readonly kinds: readonly string[]
}

/** Of streams and of webhook endpoints: under which purpose what stands in their settings is sealed. */
export const STREAM_PURPOSE = 'delivery/1'
export const WEBHOOK_PURPOSE = 'webhook-endpoint/1'

/** The members of settings that hold something sealed, wherever they stand. */
const sealedMembers: Readonly<Record<string, string>> = { sealedAuthorization: STREAM_PURPOSE, sealed: WEBHOOK_PURPOSE }

/** What destinations of deliveries keep sealed in their settings: the header that a stream's receiver wants, the secrets of webhook endpoints. */
export function destinationSecrets({ name, kinds }: Named, { store, secret, platform }: Ground): SealedKind {
  async function* under(): AsyncGenerator<SealedUnder> {
    for (const { id, settings } of await store.list(kinds)) {
      for (const { purpose, sealed } of sealedIn(parseJsonObject(settings))) yield secret.sealedUnder(purpose, decodeBase64url(sealed), id)
    }
  }
  async function reseal(): Promise<Resealed> {
    const total = { resealed: 0, lost: 0 }
    if (!secret.hasOlder) return total
    for (const destination of await store.list(kinds)) {
      const { id, settings } = destination
      let text = settings
      for (const { purpose, sealed } of sealedIn(parseJsonObject(settings))) {
        try {
          const anew = secret.resealed(purpose, decodeBase64url(sealed), id, platform.random)
          // Random characters of base64url stand nowhere else in the text.
          if (anew !== undefined) text = text.replaceAll(JSON.stringify(sealed), JSON.stringify(encodeBase64url(anew)))
        } catch {
          total.lost++
        }
      }
      // Who has changed it meanwhile has sealed what is new under the first; the rest is for the next run.
      if (text !== settings && (await store.change({ ...changeOf(destination), settings: text })) !== 'changed_meanwhile') total.resealed++
    }
    return total
  }
  return { name, under, reseal }
}

const changeOf = ({ id, kind, state, reason, settings, position, revision }: Destination) => ({
  ...{ id, kind, state, reason, settings, position },
  fromRevision: revision,
  dropJobs: false,
  jobs: [],
})

function sealedIn(value: unknown): readonly { readonly purpose: string; readonly sealed: string }[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    const purpose = sealedMembers[name]
    return purpose !== undefined && typeof member === 'string' ? [{ purpose, sealed: member }] : sealedIn(member)
  })
}
