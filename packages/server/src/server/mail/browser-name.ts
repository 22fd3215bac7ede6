import { describeDevice } from '../device-description.ts'
import type { MailWords } from './mail-words.ts'

/** A name that is one. Of what a sign-in says of itself nothing else goes into a mail, least of all what a mail program would make a link of. */
const plainName = /^[A-Za-z0-9 _-]{1,40}$/

/** Browser and system by a `User-Agent`, which anybody may have made up. */
export function browserIn(userAgent: string, words: MailWords['notice']): string {
  const { browser, system: os } = describeDevice(userAgent)
  const [name, system] = [browser, os].map((each) => (each !== undefined && plainName.test(each) ? each : undefined))
  if (name === undefined) return system ?? words.unknown
  return system === undefined ? name : words.on(name, system)
}
