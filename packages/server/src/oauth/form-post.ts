import Provider, { type KoaContextWithOIDC } from 'oidc-provider'
import { currentCall } from './oauth-call.ts'

type Handler = Parameters<Provider['registerResponseMode']>[1]

/** The page around the form is the server's: the library's own has neither our policy nor anybody's language. */
const keepAnswer: Handler = (ctx: KoaContextWithOIDC, to, fields) => {
  const texts = Object.entries(fields).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []))
  currentCall().posted = { to, fields: Object.fromEntries(texts) }
  ctx.status = 200
  ctx.body = ''
}

/** The library, but for the one response mode that it answers with a page of its own. It registers its modes as anybody would. */
export class ProtocolProvider extends Provider {
  override registerResponseMode(name: string, handler: Handler): void {
    super.registerResponseMode(name, name === 'form_post' ? keepAnswer : handler)
  }
}
