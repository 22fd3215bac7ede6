import { AuthError } from 'countersign/core'
import type { LinkKind, ShownLink } from '../../../account/link/index.ts'
import type { Services } from '../../services.ts'

/** What the link is for that led to a page; undefined for one that is over, was never, or leads to another page. Uses nothing up: scanners of mail look, too. */
export async function shownLink(
  token: string,
  kinds: readonly LinkKind[],
  { links }: Pick<Services, 'links'>,
): Promise<ShownLink | undefined> {
  try {
    const shown = await links.show(token)
    return kinds.includes(shown.kind) ? shown : undefined
  } catch (error) {
    if (error instanceof AuthError && error.code === 'link_invalid') return undefined
    throw error
  }
}
