import { MasterSecret } from '../signing/index.ts'
import { type Read, WrongValue } from './config-value.ts'

/** The secret is checked where it is used; here its complaint only becomes one of the mistakes. */
export const masterSecret: Read<MasterSecret> = (raw) => {
  const hint = 'Make one with: countersign secret new'
  if (typeof raw !== 'string') throw new WrongValue('must be a text', hint)
  try {
    return MasterSecret.parse(raw)
  } catch (error) {
    throw new WrongValue(`is refused: ${error instanceof Error ? error.message : 'not usable'}`, hint)
  }
}
