export { DeviceTokens, isOf, type KnownDevice } from './device-token.ts'
export { type Admission, type Attempt, Throttle, type ThrottleOptions } from './throttle.ts'
export type { SignInLimits } from './throttle-limits.ts'
