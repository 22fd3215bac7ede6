import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { changesOf, ClientWorld, type Holding, type PageGlobals, signIn } from './client-world.ts'

interface Rounds {
  readonly count: number
  readonly url: string
  /**
   * Between the rounds. What one tab has stored another reads a moment later (decision 33): without turns a tab would at last show a token that is two
   * generations old, and that is theft.
   */
  readonly pauseMs: number
}

/**
 * Refreshes so many times in the same millisecond as the other tab, which does the same: both say that they are ready, and begin a little after the later
 * one has. Now and then each asks the server something.
 *
 * @returns what went wrong.
 */
const refreshTogether = (page: Page, rounds: Rounds): Promise<readonly string[]> =>
  page.evaluate(async ({ count, url, pauseMs }) => {
    const { session } = globalThis as unknown as PageGlobals
    const failures: string[] = []
    const meeting = new BroadcastChannel('meeting')
    const heard = new Map<string, number>()
    let awaken = (): void => undefined
    meeting.onmessage = ({ data: { word, at } }) => {
      heard.set(word, at)
      awaken()
    }
    const meet = async (word: string, at: number): Promise<number> => {
      for (;;) {
        meeting.postMessage({ word, at })
        const other = heard.get(word)
        if (other !== undefined) return Math.max(at, other)
        await new Promise<void>((resolve) => {
          awaken = resolve
          // The other tab may not have listened yet.
          setTimeout(resolve, 50)
        })
      }
    }
    for (let i = 0; i < count; i++) {
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
      const at = (await meet(`round ${i}`, Date.now())) + 4
      // To the millisecond: timers are not as exact.
      while (Date.now() < at);
      try {
        await session.refresh()
        const response = i % 10 === 0 ? await session.fetch(url) : undefined
        if (response?.ok === false) failures.push(`${i}: ${response.status} ${await response.text()}`)
      } catch (error) {
        failures.push(`${i}: ${String(error)}`)
      }
    }
    await meet('end', 0)
    meeting.close()
    return failures
  }, rounds)

suite('two tabs that refresh in the same moment', { timeout: 100_000 }, () => {
  let world: ClientWorld
  before(async () => {
    world = await ClientWorld.open()
  })
  after(() => world[Symbol.asyncDispose]())

  const refreshes = (): number => world.server.lines.filter((line) => JSON.parse(line).operation === 'refreshSession').length

  async function together(holding: Holding, { count, joinsTabs }: { count: number; joinsTabs: boolean }) {
    const context = await world.browser()
    const { email } = await world.newcomer()
    const options = { joinsTabs, refreshesSilently: false }
    const first = await world.tab(context, holding, options)
    await signIn(first, email)
    const second = await world.tab(context, holding, options)
    const before = refreshes()
    const rounds = { count, url: `${world.url}/v1/me`, pauseMs: joinsTabs ? 0 : 250 }
    const failures = await Promise.all([refreshTogether(first, rounds), refreshTogether(second, rounds)])
    const changes = [...(await changesOf(first)), ...(await changesOf(second))]
    await context.close()
    assert.deepEqual(failures.flat(), [])
    assert.deepEqual(
      changes.filter((change) => change.startsWith('signed-out')),
      [],
    )
    return refreshes() - before
  }

  for (const holding of ['bearer', 'cookie'] as const) {
    test(`[C05] with ${holding} tokens nobody is ever signed out, 200 times of 200, and one exchange serves both`, async () => {
      const exchanges = await together(holding, { count: 200, joinsTabs: true })
      assert.ok(exchanges >= 200, `${exchanges} exchanges`)
      assert.ok(exchanges <= 300, `${exchanges} exchanges`)
    })

    test(`[C05] with ${holding} tokens, and tabs that know nothing of each other, the loser gets the same successor`, async () => {
      await together(holding, { count: 20, joinsTabs: false })
    })
  }
})
