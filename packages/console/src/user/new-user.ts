import type { NewUser } from '../api/user.ts'
import { hashOfNoPassword } from './no-password.ts'

interface TypedUser {
  readonly email: string
  readonly name: string
  readonly roles: readonly string[]
  /** Undefined: they choose one, by a link. */
  readonly password: string | undefined
}

/** What was typed, as the server is asked for it: what was left empty is left out. */
export function newUser({ email, name, roles, password }: TypedUser): NewUser {
  return {
    email: email.trim(),
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    ...(roles.length === 0 ? {} : { roles }),
    ...(password === undefined ? { password_hash: hashOfNoPassword() } : { password }),
  }
}
