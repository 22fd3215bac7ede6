import { AuthError } from 'countersign/core'
import * as z from 'zod'
import type { CallerKey, CallerKeyOwner } from '../credential/index.ts'
import { keyOwner } from './access-key-caller.ts'
import { type Caller, isOperator } from './caller.ts'
import { InvalidRequest } from './field-error.ts'
import { userId } from './schema.ts'

/** What a list of keys is asked for. */
export interface KeyQuery {
  readonly user?: string | undefined
  readonly service?: string | undefined
  readonly everyone?: 'true' | undefined
  readonly after?: string | undefined
  readonly limit: number
}

const page = {
  user: userId.optional(),
  /** Of all owners, for operators. */
  everyone: z.literal('true').optional(),
  after: userId.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
}

export const keyQuery: z.ZodType<KeyQuery> = z.strictObject({ ...page, service: userId.optional() })
/** Devices belong to people. */
export const deviceKeyQuery: z.ZodType<KeyQuery> = z.strictObject(page)

interface Page {
  readonly owner?: CallerKeyOwner
  readonly after?: string
  readonly limit: number
}

/**
 * One page of keys: the caller's own, those of whom the query names, or, for operators who say so, of everyone. The machine's administrator is
 * nobody in particular, and sees the keys of all.
 *
 * @returns `next`: the `after` of the following page; null on the last one.
 * @throws {AuthError} as `keyOwner`; `role_insufficient` for everyone's, `request_invalid` for everyone's and somebody's.
 */
export async function keyPage(
  { limit, after, everyone, ...named }: KeyQuery,
  caller: Caller,
  list: (page: Page) => Promise<readonly CallerKey[]>,
): Promise<{ readonly keys: readonly CallerKey[]; readonly next: string | null }> {
  const isNamed = named.user !== undefined || named.service !== undefined
  if (everyone !== undefined && !isOperator(caller)) throw new AuthError('role_insufficient')
  if (everyone !== undefined && isNamed)
    throw new InvalidRequest([{ pointer: '/everyone', detail: 'must not stand beside user or service' }])
  const isAll = everyone !== undefined || (caller.kind === 'local' && !isNamed)
  const owner = isAll ? {} : { owner: keyOwner(caller, named) }
  const found = await list({ limit: limit + 1, ...owner, ...(after === undefined ? {} : { after }) })
  const keys = found.slice(0, limit)
  return { keys, next: found.length > limit ? (keys.at(-1)?.id ?? null) : null }
}
