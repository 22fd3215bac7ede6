import { type Lease, type LeaseOptions, takeLease } from './lease.ts'

/** A fixture as Playwright Test takes it (`test.extend`): nothing of Playwright is needed to make one. */
export type LeaseFixture = (fixtures: Readonly<Record<never, never>>, use: (lease: Lease) => Promise<void>) => Promise<void>

/**
 * A test user for each test, or for each worker: `test.extend({ lease: leaseFixture({ … }) })`, or `[leaseFixture({ … }), { scope: 'worker' }]`.
 * The lease ends with the test, however that ends; should the whole runner be killed, at its deadline.
 *
 * @throws {TypeError} as `takeLease`.
 */
export function leaseFixture(options: LeaseOptions): LeaseFixture {
  // Playwright Test reads the first parameter's text: it wants a pattern, here one that asks for no other fixture.
  // oxlint-disable-next-line no-empty-pattern -- as above
  return async ({}, use) => {
    const lease = await takeLease(options)
    try {
      await use(lease)
    } finally {
      await lease.end()
    }
  }
}
