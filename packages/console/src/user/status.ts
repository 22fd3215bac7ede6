import type { User } from '../api/user.ts'
import { users as words } from '../message/en/user.ts'

const known: Readonly<Record<string, string>> = words.statuses

/** One that this console does not know is shown as it is. */
export const statusText = ({ status }: Pick<User, 'status'>): string => (Object.hasOwn(known, status) ? (known[status] ?? status) : status)
