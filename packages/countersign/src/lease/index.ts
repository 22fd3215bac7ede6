export { type LeaseFixture, leaseFixture } from './fixture.ts'
export { type Lease, type LeaseOptions, takeLease } from './lease.ts'
export { newRecipient, type Recipient } from './recipient.ts'
