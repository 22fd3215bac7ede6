import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { changesOf, ClientWorld, type Holding, type PageGlobals, signIn } from './client-world.ts'

interface Rounds {
  readonly count: number
  readonly url: string
  /** Of every two rounds the second is one in which no answer comes before both tabs have asked: then one exchange may serve both. */
  readonly waitsForBoth: boolean
  readonly name: string
  readonly other: string
}

/**
 * Refreshes so many times in the same millisecond as the other tab, which does the same: both say that they are ready, and begin a little after the later
 * one has. Now and then each asks the server something.
 *
 * Between the rounds each waits until it can read all that the other has stored. What one tab has stored another reads a moment later (decision 33), and
 * without that a tab would at last show a token that is two generations old, and that is theft.
 *
 * @returns what went wrong.
 */
const refreshTogether = (page: Page, rounds: Rounds): Promise<readonly string[]> =>
  page.evaluate(async ({ count, url, waitsForBoth, name, other }) => {
    const { session } = globalThis as unknown as PageGlobals
    const failures: string[] = []
    const meeting = new BroadcastChannel('meeting')
    const heard = new Map<string, number>()
    const awaiting = new Set<() => void>()
    meeting.onmessage = ({ data: { word, at } }) => {
      heard.set(word, at)
      for (const awaken of awaiting) awaken()
    }
    const meet = async (word: string, at: number): Promise<number> => {
      for (;;) {
        meeting.postMessage({ word, at })
        const met = heard.get(word)
        if (met !== undefined) return Math.max(at, met)
        await new Promise<void>((resolve) => {
          awaiting.add(resolve)
          // The other tab may not have listened yet.
          setTimeout(resolve, 50)
        })
        awaiting.clear()
      }
    }
    /** What a tab stores comes to the others in its order: who reads this reads everything before it. */
    const readAllOfTheOther = async (round: number): Promise<void> => {
      localStorage.setItem(`round of ${name}`, String(round))
      while (Number(localStorage.getItem(`round of ${other}`) ?? -1) < round) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    let bothHaveAsked: Promise<unknown> = Promise.resolve()
    const { fetch } = globalThis
    globalThis.fetch = async (...asked) => {
      await bothHaveAsked
      return fetch(...asked)
    }
    for (let i = 0; i < count; i++) {
      const at = (await meet(`round ${i}`, Date.now())) + 4
      // To the millisecond: timers are not as exact.
      while (Date.now() < at);
      try {
        const refreshing = session.refresh()
        bothHaveAsked = waitsForBoth && i % 2 === 1 ? meet(`asked ${i}`, 0) : Promise.resolve()
        await Promise.all([refreshing, bothHaveAsked])
        const response = i % 10 === 0 ? await session.fetch(url) : undefined
        if (response?.ok === false) failures.push(`${i}: ${response.status} ${await response.text()}`)
      } catch (error) {
        failures.push(`${i}: ${String(error)}`)
      }
      await readAllOfTheOther(i)
    }
    await meet('end', 0)
    meeting.close()
    return failures
  }, rounds)

suite('two tabs that refresh in the same moment', () => {
  let world: ClientWorld
  before(async () => {
    // Nobody is a thief for being slow.
    world = await ClientWorld.open({ refreshOverlapSeconds: 60 })
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
    const rounds = { count, url: `${world.url}/v1/me`, waitsForBoth: joinsTabs }
    const failures = await Promise.all([
      refreshTogether(first, { ...rounds, name: 'first', other: 'second' }),
      refreshTogether(second, { ...rounds, name: 'second', other: 'first' }),
    ])
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
    test(`[C05] with ${holding} tokens nobody is ever signed out, 200 times of 200, and one exchange serves both`, async (t) => {
      const exchanges = await together(holding, { count: 200, joinsTabs: true })
      // How often a tab reads too late what the other has just stored, the browser alone knows.
      assert.ok(exchanges >= 200 && exchanges < 400, `${exchanges} exchanges`)
      t.diagnostic(`${exchanges} exchanges`)
    })

    test(`[C05] with ${holding} tokens, and tabs that know nothing of each other, the loser gets the same successor`, async () => {
      await together(holding, { count: 20, joinsTabs: false })
    })
  }
})
