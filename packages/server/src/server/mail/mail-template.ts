import type { Clock } from 'countersign/core'
import type { Links } from '../../account/link/index.ts'
import type { UserStore } from '../../account/user-store.ts'
import type { ComposedMail, LanguageStore } from '../../delivery/index.ts'
import type { Brand } from '../config-brand.ts'

/** What templates are composed with. */
export interface MailServices {
  /** The base of links. */
  readonly issuer: string
  readonly brand: Brand
  readonly users: Pick<UserStore, 'find' | 'findByEmail'>
  /** For whoever did not cause the mail by a request of their own. */
  readonly languages: Pick<LanguageStore, 'find'>
  /** Made when the mail is composed, at each attempt anew: nothing of a link ever lies in the queue. */
  readonly links: Pick<Links, 'create'>
  readonly clock: Clock
}

/** Of the request; see `MailRequest`. */
export type MailFacts = Readonly<Record<string, string>>

/** One kind of mail. */
export interface MailTemplate {
  /** @returns undefined when there is nobody to write to, or nothing to tell any more. */
  compose(facts: MailFacts, services: MailServices): Promise<ComposedMail | undefined>
}
