export {
  Accounts,
  type AccountsOptions,
  ADMINISTRATOR,
  type PasswordChangeRequest,
  type Profile,
  type SetupRequest,
  type SignUp,
} from './accounts.ts'
export type { Argon2, Argon2Cost } from './argon2.ts'
export { PasswordHasher, type PasswordHasherOptions } from './password-hasher.ts'
export {
  type BreachedPasswords,
  PasswordPolicy,
  type PasswordPolicyOptions,
  PasswordRanges,
  type PasswordRangesOptions,
} from './password-policy/index.ts'
export type { PasswordRecord, User, UserStatus } from './user.ts'
export type { PasswordChange, UserPage, UserStore } from './user-store.ts'
