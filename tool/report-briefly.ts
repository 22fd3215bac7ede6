// What `npm test` prints where nobody watches: each failure in full with what its file wrote, then the counts. No passing titles.

import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'
import { inspect } from 'node:util'
import { isEmptyFile } from './report-count.ts'

const KEPT_CHARACTERS = 20_000
const COUNT = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) ([\d.]+)$/
const COUNTS_FILES: ReadonlySet<string | undefined> = new Set(['tests', 'pass'])

type Failure = Extract<TestEvent, { type: 'test:fail' }>['data']

/** A suite or a parent that failed only because a test inside it did: the test itself is reported. */
const isEcho = (failure: Failure): boolean => inspect(failure.details.error).includes("failureType: 'subtestsFailed'")

const describe = (failure: Failure): string => {
  const place = failure.file === undefined ? '' : `${relative(process.cwd(), failure.file)}:${failure.line ?? 0}`
  const error: unknown = failure.details.error.cause ?? failure.details.error
  return `\n✖ ${failure.name}\n  ${place}\n${inspect(error, { colors: false, depth: 6 }).replace(/^/gm, '  ')}\n`
}

export default async function* reportBriefly(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const written = new Map<string, string>()
  const failed = new Set<string>()
  const counts: string[] = []
  let emptyFiles = 0
  for await (const event of events) {
    if (isEmptyFile(event)) emptyFiles++
    if (event.type === 'test:stdout' || event.type === 'test:stderr') {
      const text = (written.get(event.data.file) ?? '') + event.data.message
      written.set(event.data.file, text.slice(-KEPT_CHARACTERS))
    } else if (event.type === 'test:fail' && !isEcho(event.data)) {
      if (event.data.file !== undefined) failed.add(event.data.file)
      yield describe(event.data)
    } else if (event.type === 'test:diagnostic') {
      const [, what, number] = COUNT.exec(event.data.message) ?? []
      if (what !== undefined) counts.push(`ℹ ${what} ${COUNTS_FILES.has(what) ? Number(number) - emptyFiles : number}\n`)
    }
  }
  for (const file of failed) {
    const text = written.get(file)
    if (text !== undefined) yield `\nWritten by ${relative(process.cwd(), file)}:\n${text}\n`
  }
  yield counts.join('')
}
