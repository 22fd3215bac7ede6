import { AuthError, newSecret, parseSecret, type Random } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'
import { type LinkKind, linkKinds } from './link.ts'

const kinds = Object.keys(linkKinds) as readonly LinkKind[] // the table's own keys

/** A token of a kind, in the form of every secret of ours. */
export const newLinkToken = (kind: LinkKind, random: Random): string => newSecret(linkKinds[kind].prefix, random)

export interface PresentedLink {
  readonly kind: LinkKind
  readonly hash: string
}

/** Reads a token by its form alone. @throws {AuthError} `link_invalid`. */
export function parseLinkToken(token: string): PresentedLink {
  const kind = kinds.find((each) => token.startsWith(`${linkKinds[each].prefix}_`))
  if (kind === undefined) throw linkInvalid('form')
  try {
    parseSecret(linkKinds[kind].prefix, token)
  } catch {
    throw linkInvalid('form')
  }
  return { kind, hash: sha256Base64url(token) }
}

/** Whatever is wrong with a link or code, a stranger learns no more. */
export const linkInvalid = (reason: string, user?: string): AuthError =>
  new AuthError('link_invalid', { reason, ...(user === undefined ? {} : { user }) })
