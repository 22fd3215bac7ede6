import type { User, UserStatus } from '../../account/user.ts'
import { formatList, parseList } from './list.ts'

export interface UserRow {
  readonly id: string
  readonly email: string
  readonly email_verified_at: number | null
  readonly name: string | null
  readonly status: UserStatus
  readonly roles: string
  readonly groups: string
  readonly created_at: number
  readonly updated_at: number
  readonly password_hash: string
  readonly password_generation: number
}

export const userOf = (row: UserRow): User => ({
  id: row.id,
  email: row.email,
  emailVerifiedAt: row.email_verified_at ?? undefined,
  name: row.name ?? undefined,
  status: row.status,
  roles: parseList(row.roles),
  groups: parseList(row.groups),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

/** Addresses are equal when their lower-case forms are. */
export const emailKey = (email: string): string => email.toLowerCase()

/** What a search looks into. */
export const searchTextOf = (email: string, name: string | undefined): string => `${email}\n${name ?? ''}`.toLowerCase()

/** The values by the names of `insertUser`'s parameters. The first password is generation 1. */
export const userValues = (user: User, passwordHash: string): Record<string, string | number | null> => ({
  id: user.id,
  email: user.email,
  email_key: emailKey(user.email),
  name: user.name ?? null,
  search_text: searchTextOf(user.email, user.name),
  status: user.status,
  roles: formatList(user.roles),
  groups: formatList(user.groups),
  created_at: user.createdAt,
  updated_at: user.updatedAt,
  password_hash: passwordHash,
  email_verified_at: user.emailVerifiedAt ?? null,
})

export const insertUser = `
  INSERT INTO user (
    id, email, email_key, name, search_text, status, roles, groups, created_at, updated_at, password_hash, password_generation, email_verified_at)
  VALUES (
    :id, :email, :email_key, :name, :search_text, :status, :roles, :groups, :created_at, :updated_at, :password_hash, 1, :email_verified_at)
  ON CONFLICT (email_key) DO NOTHING`
