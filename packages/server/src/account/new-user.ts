import { newId, type Platform } from 'countersign/core'
import { checkedEmail, checkedGroups, checkedName, checkedRoles } from './account-input.ts'
import type { Profile } from './accounts.ts'
import type { User } from './user.ts'

/** Somebody whom no store knows yet. @throws {AuthError} `request_invalid`. */
export function newUser({ email, name, roles = [], groups = [], emailVerified = false }: Profile, { clock, random }: Platform): User {
  const now = clock.now()
  return {
    id: newId('usr', random),
    email: checkedEmail(email),
    emailVerifiedAt: emailVerified ? now : undefined,
    name: checkedName(name),
    status: 'active',
    roles: checkedRoles(roles),
    groups: checkedGroups(groups),
    createdAt: now,
    updatedAt: now,
  }
}
