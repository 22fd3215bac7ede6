import type { User } from '../account/index.ts'

/** Which claims about a person each scope of OpenID Connect gives (OpenID Connect Core section 5.4), of what we have. */
export const scopeClaims = {
  openid: ['sub'],
  profile: ['name', 'updated_at'],
  email: ['email', 'email_verified'],
} as const

export type Person = Pick<User, 'id' | 'name' | 'email' | 'emailVerifiedAt' | 'updatedAt'>

/** As ID tokens and the userinfo endpoint have them. */
export const personClaims = ({ id, name, email, emailVerifiedAt, updatedAt }: Person): Readonly<Record<string, unknown>> => ({
  sub: id,
  email,
  email_verified: emailVerifiedAt !== undefined,
  updated_at: Math.floor(updatedAt / 1000),
  ...(name === undefined ? {} : { name }),
})
