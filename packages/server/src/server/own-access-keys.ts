import type { AccessKeySource } from 'countersign'
import type { KeyRecords } from '../credential/index.ts'
import { showKeyRecord } from './access-key-representation.ts'

/** What other verifiers ask for over HTTP, our own asks for in this process. */
export function ownAccessKeys(records: KeyRecords): AccessKeySource {
  return {
    async lookUp({ id, form, day, scope }) {
      const record = await records.lookUp(id, { forms: [form], day, scope })
      return record && showKeyRecord(record)
    },
  }
}
