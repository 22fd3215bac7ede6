import { Problem } from './problem.ts'

interface Ways {
  /** What changes in the browser when somebody signs in, or a session is refreshed; undefined: nobody is. */
  readonly mark: () => string | undefined
  /** What `/v1/me` says; undefined where it says nothing. */
  readonly ask: () => Promise<unknown>
  readonly startOver: () => void
}

export interface Identity {
  /** Who it is, as `/v1/me` has said when it was asked with such a mark. */
  readonly note: (me: unknown, mark: string | undefined) => void
  /** Before something is asked for: whether it is still the same person. @throws {Problem} `another_person`. */
  readonly check: () => Promise<void>
}

/**
 * Knows for whom this page was loaded. In another tab somebody else may sign in at the same browser: then nothing is done in their name that the
 * one before has begun, and nothing is left to them of what was shown.
 */
export function createIdentity({ mark, ask, startOver }: Ways): Identity {
  let person: string | undefined
  let seen: string | undefined
  let checking: Promise<void> | undefined

  const learn = (me: unknown, at: string | undefined): void => {
    const id = idOf(me)
    if (id === undefined) return
    if (person !== undefined && person !== id) {
      startOver()
      throw new Problem({ status: 409, code: 'another_person', title: 'Somebody else has signed in.' })
    }
    person = id
    seen = at
  }

  const compare = async (at: string): Promise<void> => learn(await ask(), at)

  return {
    note: learn,
    check: async () => {
      const now = mark()
      if (person === undefined || now === undefined || now === seen) return
      checking ??= compare(now).finally(() => {
        checking = undefined
      })
      await checking
    },
  }
}

const idOf = (me: unknown): string | undefined => {
  const user = isRecord(me) ? me['user'] : undefined
  const id = isRecord(user) ? user['id'] : undefined
  return typeof id === 'string' ? id : undefined
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null
