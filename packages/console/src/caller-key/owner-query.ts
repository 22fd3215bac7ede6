import type { OwnerQuery } from '../api/caller-key.ts'

/** Whose keys the server is asked for, by what the filter in the address says; of everyone for what is no id of an owner. */
export function ownerQuery(chosen: string | undefined): OwnerQuery {
  if (chosen === undefined) return {}
  if (/^usr_[\w-]{1,64}$/.test(chosen)) return { user: chosen }
  return /^svc_[\w-]{1,64}$/.test(chosen) ? { service: chosen } : {}
}
