import type { JSX } from 'react'
import type { Service } from '../api/service.ts'
import { Badge, Id } from '../kit/index.ts'
import { callerKeyText as text } from '../message/en/caller-key.ts'
import { type KeyOwner, type KeyState, ownerOf } from './key-state.ts'

interface Owned {
  readonly user: string | null
  readonly service: string | null
}

export const serviceName = (id: string, services: readonly Service[] | undefined): string =>
  text.service(services?.find((each) => each.id === id)?.name ?? id)

export function ownerText(key: Owned, services: readonly Service[] | undefined): string {
  const owner = ownerOf(key)
  if (owner === undefined) return ''
  return owner.kind === 'user' ? owner.id : `${serviceName(owner.id, services)} ${owner.id}`
}

const OfOwner = ({ owner, services }: { owner: KeyOwner; services: readonly Service[] | undefined }): JSX.Element =>
  owner.kind === 'user' ? <Id value={owner.id} href={`/console/users/${owner.id}`} /> : <>{serviceName(owner.id, services)}</>

/** Whose a key is: a person by their id, a service by its name. */
export function Owner({ of, services }: { of: Owned; services: readonly Service[] | undefined }): JSX.Element {
  const owner = ownerOf(of)
  return owner === undefined ? <>{text.noOwner}</> : <OfOwner owner={owner} services={services} />
}

const tones = { usable: 'accent', replaced: 'warning', off: 'danger', ended: 'plain', other: 'plain' } as const

/** @param status What the server says, for a state that this console does not know. */
export const StateBadge = ({ state, status }: { state: KeyState; status: string }): JSX.Element => (
  <Badge tone={tones[state]}>{state === 'other' ? status : text.state[state]}</Badge>
)
