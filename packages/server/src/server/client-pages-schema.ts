import * as z from 'zod'
import type { ClientLinks, OAuthClient } from '../oauth/index.ts'
import type { Shown } from './representation.ts'

/** RFC 7591 section 2, in the names of its client metadata. */
export interface ClientPagesBody {
  readonly client_uri?: string | null | undefined
  readonly logo_uri?: string | null | undefined
  readonly policy_uri?: string | null | undefined
  readonly tos_uri?: string | null | undefined
  readonly contacts?: readonly string[] | undefined
}

const page = z.string().min(1).max(2048).nullable().optional()

export const clientPagesBody: { readonly [Member in keyof ClientPagesBody]-?: z.ZodType<ClientPagesBody[Member]> } = {
  client_uri: page,
  logo_uri: page,
  policy_uri: page,
  tos_uri: page,
  contacts: z.array(z.string().min(1).max(254)).max(10).optional(),
}

const shown = z.string().nullable()

export const clientPagesMembers: Readonly<Record<keyof ClientPagesBody | 'invitation' | 'verified', z.ZodType>> = {
  client_uri: shown,
  logo_uri: shown,
  policy_uri: shown,
  tos_uri: shown,
  contacts: z.array(z.string()),
  /** Of a client that has registered by itself: by which invitation, and whether an operator stands by it. */
  invitation: z.string().nullable(),
  verified: z.boolean(),
}

/** What is there; what is null is taken away, and what is left out stays. */
export function clientPagesOf(body: ClientPagesBody): { readonly links: ClientLinks; readonly contacts: readonly string[] | undefined } {
  const given = { clientUri: body.client_uri, logoUri: body.logo_uri, policyUri: body.policy_uri, tosUri: body.tos_uri }
  const named = Object.entries(given).flatMap(([member, uri]) => (uri === undefined ? [] : [[member, uri ?? undefined] as const]))
  return { links: Object.fromEntries(named), contacts: body.contacts }
}

export const showClientPages = ({ links, contacts, registration }: OAuthClient): Shown => ({
  client_uri: links.clientUri ?? null,
  logo_uri: links.logoUri ?? null,
  policy_uri: links.policyUri ?? null,
  tos_uri: links.tosUri ?? null,
  contacts,
  invitation: registration?.invitation ?? null,
  verified: registration === undefined || registration.isVerified,
})
