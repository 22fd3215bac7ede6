// A reporter that writes nothing but the number of tests that ran: `node --test` exits with 0 when there were none.

import type { TestEvent } from 'node:test/reporters'

export default async function* reportCount(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    if (event.type === 'test:summary' && event.data.file === undefined) yield String(event.data.counts.tests)
  }
}
