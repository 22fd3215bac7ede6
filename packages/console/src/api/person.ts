import { send } from './request.ts'

interface Person {
  readonly id: string
  readonly email: string
}

/** @param named An id, or an e-mail address in any case. @returns the id, or undefined when there is nobody of that address. */
export async function findPerson(named: string, signal?: AbortSignal): Promise<string | undefined> {
  const sought = named.trim()
  if (/^usr_[\w-]+$/.test(sought) || sought === '') return sought === '' ? undefined : sought
  let after: string | undefined
  do {
    const query = { search: sought, after, limit: 200 }
    const page: { readonly users: readonly Person[]; readonly next: string | null } = await send('GET', '/v1/users', {
      query,
      ...(signal === undefined ? {} : { signal }),
    })
    const found = page.users.find(({ email }) => email.toLowerCase() === sought.toLowerCase())
    if (found !== undefined) return found.id
    after = page.next ?? undefined
  } while (after !== undefined)
  return undefined
}
