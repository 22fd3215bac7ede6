export { DeviceTokens, isOf, type KnownDevice } from './device-token.ts'
export { type Admission, type Attempt, Throttle, type ThrottleOptions } from './throttle.ts'
export { StrangerLimit } from './stranger-limit.ts'
export type { SignInLimits, StrangerLimits } from './throttle-limits.ts'
