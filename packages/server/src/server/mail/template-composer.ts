import type { ComposedMail, MailComposer, MailRequest } from '../../delivery/index.ts'
import type { MailServices } from './mail-template.ts'
import { mailTemplates } from './template-table.ts'

/** Composes by the table. A name that is not in it may be of a newer version: it fails, and is tried again. */
export const templateComposer = (services: MailServices): MailComposer => ({
  async compose({ template: name, facts, createdAt }: MailRequest): Promise<ComposedMail | undefined> {
    const template = Object.hasOwn(mailTemplates, name) ? mailTemplates[name] : undefined
    if (template === undefined) throw new Error('unknown_template')
    return template.compose({ at: String(createdAt), ...facts }, services)
  },
})
