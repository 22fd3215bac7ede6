import { send } from './request.ts'

/** Who is signed in. */
export interface Me {
  readonly id: string
  readonly email: string
  readonly roles: readonly string[]
}

export const getMe = async (signal: AbortSignal): Promise<Me> => (await send<{ readonly user: Me }>('GET', '/v1/me', { signal })).user
