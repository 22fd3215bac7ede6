import * as z from 'zod'
import type { PageCall } from '../page.ts'

export interface SignInQuery {
  /** Where to go afterwards; followed only as far as `returnAddress` allows. */
  readonly return_to?: string | undefined
  /** Somebody who is signed in shows once more who they are. */
  readonly step_up?: string | undefined
  /** In the place of what would be asked first. */
  readonly use?: 'recovery_code' | undefined
  /** Nothing less than a passkey will do. */
  readonly acr?: 'phr' | undefined
}

export const signInMembers: { readonly [M in keyof SignInQuery]-?: z.ZodType<SignInQuery[M]> } = {
  return_to: z.string().optional(),
  step_up: z.enum(['', 'yes']).optional(),
  use: z.literal('recovery_code').optional(),
  acr: z.literal('phr').optional(),
}

export const signInQuery: z.ZodType<SignInQuery> = z.strictObject(signInMembers)

/** Another page of the sign-in, which leads on to the same place. */
export function onTheWay(path: string, { return_to: returnTo, step_up: stepUp, acr }: SignInQuery, call: PageCall): string {
  const query = new URLSearchParams()
  if (returnTo !== undefined) query.set('return_to', returnTo)
  if (stepUp !== undefined) query.set('step_up', 'yes')
  if (acr !== undefined) query.set('acr', acr)
  return call.link(query.size === 0 ? path : `${path}?${query.toString()}`)
}

/** The same page, with another way to prove it. */
export function usingRecoveryCode(path: string, query: SignInQuery, call: PageCall): string {
  const here = onTheWay(path, query, call)
  return `${here}${here.includes('?') ? '&' : '?'}use=recovery_code`
}
