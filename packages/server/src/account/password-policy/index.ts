export { type BreachedPasswords, PasswordRanges, type PasswordRangesOptions } from './breached-password.ts'
export { type PasswordOwner, PasswordPolicy, type PasswordPolicyOptions } from './password-policy.ts'
