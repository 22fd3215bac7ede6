import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type axe from 'axe-core'
import type { RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'

/** Kept for people to look at; not in the repository. */
const folder = fileURLToPath(new URL('../../test-artefact/page', import.meta.url))
const engine = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

const everything: RunOptions['runOnly'] = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

interface Look {
  readonly colorScheme: 'light' | 'dark'
  readonly width: number
  /** What may be otherwise than in the first look; undefined: only whether it fits. */
  readonly rules: RunOptions['runOnly'] | undefined
}

const looks = {
  light: { colorScheme: 'light', width: 1280, rules: everything },
  dark: { colorScheme: 'dark', width: 1280, rules: { type: 'rule', values: ['color-contrast'] } },
  // The narrowest phone, and a wide screen at 400 % (WCAG 2.2, 1.4.10).
  narrow: { colorScheme: 'light', width: 320, rules: { type: 'rule', values: ['color-contrast', 'target-size'] } },
  // The same without what the other looks have seen: whether anything makes the page go sideways.
  reflow: { colorScheme: 'light', width: 320, rules: undefined },
} as const satisfies Readonly<Record<string, Look>>

export type LookName = keyof typeof looks
const allLooks: readonly LookName[] = ['light', 'dark', 'narrow']

/** Looks at a page as it stands: keeps its picture, and holds it against the rules of accessibility that a program can check. */
export async function inspect(page: Page, name: string, chosen: readonly LookName[] = allLooks): Promise<void> {
  for (const look of chosen) {
    const { colorScheme, width, rules }: Look = looks[look]
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 800 })
    if (rules !== undefined) {
      await page.screenshot({ path: join(folder, `${name}.${look}.png`), fullPage: true })
      assert.deepEqual(await violationsOf(page, rules), [], `${name}, ${look}`)
    }
    const shown = await page.evaluate(() => document.documentElement.scrollWidth)
    assert.ok(shown <= width, `${name} is ${shown} pixels wide on a screen of ${width}`)
  }
}

/** By axe-core; each violation with the element that it is found at. */
export async function violationsOf(page: Page, rules: RunOptions['runOnly'] = everything): Promise<readonly string[]> {
  // By the debugger, so past the policy of the page, which lets no script in.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(engine)
  return page.evaluate(async (runOnly) => {
    // Put there by the line above.
    const { run } = (globalThis as unknown as { readonly axe: typeof axe }).axe
    const { violations } = await run(document, {
      ...(runOnly === undefined ? {} : { runOnly }),
      resultTypes: ['violations'],
      preload: false,
    })
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html}: ${failureSummary}`),
    )
  }, rules)
}
