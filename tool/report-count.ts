// A reporter that writes nothing but the number of tests that ran. `node --test` exits with 0 when there were none, and counts a file
// in which no test ran as a test that passed.

import type { TestEvent } from 'node:test/reporters'

/** The file itself, reported as a test because nothing in it ran. */
export const isEmptyFile = (event: TestEvent): boolean => event.type === 'test:pass' && event.data.name === event.data.file

export default async function* reportCount(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let count = 0
  for await (const event of events) {
    if ((event.type === 'test:pass' || event.type === 'test:fail') && event.data.details.type !== 'suite' && !isEmptyFile(event)) count++
  }
  yield String(count)
}
