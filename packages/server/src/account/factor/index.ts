export type { FactorStore, TotpConfirmation, TotpFactor } from './factor-store.ts'
export { type TotpEnrolment, TotpFactors, type TotpFactorsOptions } from './totp-factors.ts'
