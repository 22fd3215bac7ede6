import { after, before, suite, test } from 'node:test'
import { pages } from '../../packages/server/src/server/page/page-table.ts'
import { BrowserWorld } from './browser-world.ts'
import { inspect } from './inspection.ts'
import { signUp } from './journey.ts'
import type { Visitor } from './visitor.ts'

suite('every page as it opens: nothing against its policy, against accessibility, or in the console', () => {
  let world: BrowserWorld
  let stranger: Visitor
  let mira: Visitor
  before(async () => {
    world = await BrowserWorld.open({
      identityProviders: [{ id: 'idp', name: 'Elsewhere', issuer: 'https://idp.example', client_id: 'us' }],
    })
    stranger = await world.visitor()
    mira = await world.visitor()
    await signUp(mira, world.newAddress())
  })
  after(() => world[Symbol.asyncDispose]())

  // What has a parameter in its path is looked at by the tests that know one.
  for (const { path, access } of pages.filter((page) => !page.path.includes(':'))) {
    test(`[J02] ${path}, in both languages`, async () => {
      const { page, watch } = access === 'session' ? mira : stranger
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
