import { AuthError } from 'countersign/core'
import * as z from 'zod'
import type { Interaction, OAuthRequest } from '../../../oauth/index.ts'
import type { OAuthClient } from '../../../oauth/oauth-client.ts'
import { ENROLMENT } from '../../../session/index.ts'
import { oauthRequest, server } from '../../oauth-endpoint.ts'
import type { Services } from '../../services.ts'
import type { PageCall } from '../page.ts'

/** Always as a request without a body: what is asked is in the cookie. */
export const asked = ({ request, client, session }: PageCall): Promise<OAuthRequest> =>
  oauthRequest(new Request(request.url, { headers: request.headers }), client, session)

/** @throws {AuthError} `not_found`: it is over, or begun in another browser. */
export async function pending(call: PageCall, services: Services): Promise<Interaction> {
  const interaction = await server(services).interaction(await asked(call))
  if (interaction === undefined) throw new AuthError('not_found', { reason: 'no_interaction' })
  return interaction
}

export interface AboutFields {
  readonly interaction: string
}

/**
 * What each form says that it is about. A browser has one cookie for all its tabs: whoever opens another request meanwhile, or has it opened by
 * somebody's page, must not answer that one with the button of this.
 */
export const aboutFields: z.ZodType<AboutFields> = z.strictObject({ interaction: z.string().min(1).max(64) })

export const about = ({ uid }: Interaction): Readonly<Record<keyof AboutFields, string>> => ({ interaction: uid })

/**
 * @throws {AuthError} as `pending` and `clientOf`; `conflict` when it is not what the form is about, or not for this form to say;
 * `factor_enrolment_required`.
 */
export async function pendingOf({ interaction: uid }: AboutFields, on: string, call: PageCall, services: Services): Promise<Interaction> {
  const interaction = await pending(call, services)
  if (interaction.uid !== uid || interaction.prompt.name !== on) throw new AuthError('conflict', { reason: 'another_interaction' })
  if (call.session?.principal.acr === ENROLMENT) throw new AuthError('factor_enrolment_required')
  await clientOf(interaction, services)
  return interaction
}

/** Who asks. @throws {AuthError} `not_found` when it has been removed or disabled meanwhile. */
export async function clientOf({ params }: Interaction, { oauthClients }: Services): Promise<OAuthClient> {
  const client = await oauthClients.find(textOf(params['client_id']))
  if (client.disabledAt !== undefined) throw new AuthError('not_found', { reason: 'client_disabled', client: client.id })
  return client
}

/** The library has held every parameter against its form; what is absent is empty. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
