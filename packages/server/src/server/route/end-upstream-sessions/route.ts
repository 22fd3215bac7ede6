import * as z from 'zod'
import { defineRoute, type Operation } from '../../route.ts'

interface Body {
  readonly logout_token: string
}

const body: z.ZodType<Body> = z.strictObject({ logout_token: z.string().min(1).max(32_768) })
const form: z.ZodType<Body> = z.looseObject({ logout_token: z.string().min(1).max(32_768) })

export const endUpstreamSessions: Operation = defineRoute<Body>({
  operationId: 'endUpstreamSessions',
  method: 'POST',
  path: '/federation/{provider}/logout',
  summary:
    'OpenID Connect Back-Channel Logout 1.0: another provider tells which of its sessions have ended, and those that rest on them end here.',
  authority: 'public',
  body,
  form,
  responses: { 204: { description: 'They have ended, durably.' } },
  async handle({ path: { provider = '' }, body: { logout_token: token } }, { federation }) {
    await federation.logout(provider, token)
    return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
  },
})
