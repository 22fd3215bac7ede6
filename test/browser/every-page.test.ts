import { after, before, suite, test } from 'node:test'
import { CONSENT_PATH } from '../../packages/server/src/oauth/index.ts'
import { oauthPages } from '../../packages/server/src/server/page/oauth/page-table.ts'
import { pages } from '../../packages/server/src/server/page/page-table.ts'
import { clientAsks } from '../http/client-request.ts'
import { BrowserWorld } from './browser-world.ts'
import { inspect } from './inspection.ts'
import { signUp } from './journey.ts'
import type { Visitor } from './visitor.ts'

suite('every page as it opens: nothing against its policy, against accessibility, or in the console', () => {
  let world: BrowserWorld
  let stranger: Visitor
  let mira: Visitor
  /** What an application sends people to. */
  let asked: string
  before(async () => {
    world = await BrowserWorld.open({
      oauth: true,
      identityProviders: [{ id: 'idp', name: 'Elsewhere', issuer: 'https://idp.example', client_id: 'us' }],
    })
    stranger = await world.visitor()
    mira = await world.visitor()
    await signUp(mira, world.newAddress())
    asked = await clientAsks(world.server)
  })
  after(() => world[Symbol.asyncDispose]())

  // What has a parameter in its path is looked at by the tests that know one.
  for (const { path, access } of [...pages, ...oauthPages].filter((page) => !page.path.includes(':'))) {
    test(`[J02] ${path}, in both languages`, async () => {
      const isOAuth = oauthPages.some((each) => each.path === path)
      const { page, watch } = access === 'session' || isOAuth ? mira : stranger
      if (path === CONSENT_PATH) await page.goto(`${world.url}${asked}`)
      const name = path.slice(1).replaceAll('/', '-')
      for (const lang of ['de', 'en']) {
        await page.goto(`${world.url}${path}?lang=${lang}`)
        // A page that leads elsewhere is looked at there. The longer words need the narrow look only.
        if (new URL(page.url()).pathname !== path) continue
        if (lang === 'en') await inspect(page, name)
        else await inspect(page, `${name}.${lang}`, ['narrow'])
      }
      watch.assertQuiet()
    })
  }
})
