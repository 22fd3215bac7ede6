import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sessionRecord } from '../store/contract/record.ts'
import { rolesNow } from './elevated-role.ts'
import type { Issuance } from './session-store.ts'

const NOW = 1_800_000_000
const issuance = (elevations?: Issuance['elevations']): Issuance => ({
  rev: 1,
  session: sessionRecord('ses_a', 'usr_a'),
  subject: { id: 'usr_a', email: 'a@b.example', name: undefined, roles: ['staff'], groups: [] },
  ...(elevations === undefined ? {} : { elevations }),
})

test('[I02] without an elevation the roles are those of the account, without an end', () => {
  assert.deepEqual(rolesNow(issuance(), NOW), { roles: ['staff'], until: Number.POSITIVE_INFINITY })
})

test('[I02] of several roles for a while the first to end bounds what names them all', () => {
  const elevations = [
    { role: 'oncall', endsAt: (NOW + 60) * 1000 + 999 },
    { role: 'billing', endsAt: (NOW + 30) * 1000 },
    { role: 'staff', endsAt: (NOW + 90) * 1000 },
  ]
  assert.deepEqual(rolesNow(issuance(elevations), NOW), { roles: ['staff', 'oncall', 'billing'], until: NOW + 30 })
})

test('[I02] one whose time is over gives nothing, whether or not anybody has noted that, and neither does its last second', () => {
  for (const endsAt of [(NOW - 1) * 1000, NOW * 1000, NOW * 1000 + 999]) {
    assert.deepEqual(rolesNow(issuance([{ role: 'oncall', endsAt }]), NOW).roles, ['staff'])
  }
  assert.deepEqual(rolesNow(issuance([{ role: 'oncall', endsAt: (NOW + 1) * 1000 }]), NOW).until, NOW + 1)
})
