import * as z from 'zod'
import type { CallerKey, CallerKeyOwner } from '../credential/index.ts'
import { keyOwner } from './access-key-caller.ts'
import type { Caller } from './caller.ts'
import { userId } from './schema.ts'

/** What a list of keys is asked for. */
export interface KeyQuery {
  readonly user?: string | undefined
  readonly service?: string | undefined
  readonly after?: string | undefined
  readonly limit: number
}

export const keyQuery: z.ZodType<KeyQuery> = z.strictObject({
  user: userId.optional(),
  service: userId.optional(),
  after: userId.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

interface Page {
  readonly owner?: CallerKeyOwner
  readonly after?: string
  readonly limit: number
}

/**
 * One page of keys: the caller's own, or those of whom the query names. The machine's administrator is nobody in particular, and sees the keys of all.
 *
 * @returns `next`: the `after` of the following page; null on the last one.
 * @throws {AuthError} as `keyOwner`.
 */
export async function keyPage(
  { limit, after, ...named }: KeyQuery,
  caller: Caller,
  list: (page: Page) => Promise<readonly CallerKey[]>,
): Promise<{ readonly keys: readonly CallerKey[]; readonly next: string | null }> {
  const isAll = caller.kind === 'local' && named.user === undefined && named.service === undefined
  const owner = isAll ? {} : { owner: keyOwner(caller, named) }
  const found = await list({ limit: limit + 1, ...owner, ...(after === undefined ? {} : { after }) })
  const keys = found.slice(0, limit)
  return { keys, next: found.length > limit ? (keys.at(-1)?.id ?? null) : null }
}
