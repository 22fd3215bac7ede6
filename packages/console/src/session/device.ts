import type { Device } from '../api/session.ts'
import { session as words } from '../message/en/session.ts'

/** "Firefox on Linux", or the name that the device was given; the first word of what it says of itself where neither is known. */
export function deviceTitle({ name, browser, system, user_agent: agent }: Device): string {
  if (name !== null) return name
  const product = browser ?? /^[\w.-]{1,40}/.exec(agent ?? '')?.[0] ?? words.unknownDevice
  return system === null ? product : words.on(product, system)
}

/** Address and place, as far as they are known. */
export const deviceWhere = ({ place, address }: Device): string => [place, address].filter((each) => each !== null).join(' · ')

const known: Readonly<Record<string, string>> = words.methods

/** One that this console does not know is shown as it is. */
const methodTitle = (method: string): string => (Object.hasOwn(known, method) ? (known[method] ?? method) : method)

/** How its person signed in, each way once. */
export const methodsText = (methods: readonly string[]): string => [...new Set(methods.map(methodTitle))].join(', ')

/** The ways that are there, for a filter. */
export const methodOptions = (methods: readonly string[]): readonly { readonly value: string; readonly title: string }[] =>
  [...new Set(methods)].sort().map((value) => ({ value, title: methodTitle(value) }))
