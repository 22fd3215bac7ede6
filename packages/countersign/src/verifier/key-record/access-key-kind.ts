import { unanswered } from '../in-time.ts'
import { type AccessKeyRecord, accessKeyRecord } from './access-key-record.ts'
import type { AccessKeyForm, AccessKeyQuestion, AccessKeySource } from './access-key-source.ts'
import type { KeyKind } from './key-records.ts'

const forms: readonly AccessKeyForm[] = ['sigv4', 'http-message', 'hawk', 'jwt', 'one-time']
const methods: readonly string[] = Object.freeze(['signature'])

/** @param source Undefined: there is nobody to ask. */
export function accessKeyKind(source: AccessKeySource | undefined): KeyKind<AccessKeyQuestion, AccessKeyRecord> {
  return {
    idOf: ({ id }) => id,
    nameOf: ({ id, form, day = '', scope }) =>
      scope === undefined ? `${form} ${day} ${id}` : `${form} ${day} ${scope.region}/${scope.service}/${scope.provider} ${id}`,
    unknownNameOf: unknownName,
    unknownNamesOf: (id) => forms.map((form) => unknownName({ form, id })),
    async ask(question, _before, signal) {
      if (source === undefined) throw unanswered('nobody_to_ask')
      const document = await source.lookUp(question, signal)
      return document === undefined ? undefined : accessKeyRecord(document, question)
    },
    refusal: 'signature_invalid',
    methods,
  }
}

/** By form as well: a key that signs in none of one form may sign in another, whoever asks first. */
const unknownName = ({ form, id }: Pick<AccessKeyQuestion, 'form' | 'id'>): string => `${form} ${id}`
