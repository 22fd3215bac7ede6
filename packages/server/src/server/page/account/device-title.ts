import type { Device } from '../../../session/index.ts'
import { describeDevice } from '../../device-description.ts'
import type { Messages } from '../../message/en.ts'

/** "Firefox on Linux", or the name that the person gave. What a device says of itself may be made up, and only its owner is told. */
export function deviceTitle({ name, userAgent }: Device, words: Messages['account']): string {
  if (name !== undefined) return name
  const { browser, system } = describeDevice(userAgent)
  const product = browser ?? /^[\w.-]{1,40}/.exec(userAgent ?? '')?.[0] ?? words.unknownDevice
  return system === undefined ? product : words.on(product, system)
}

/** By the systems that only such devices have: which picture stands beside it. */
export const isHandheld = ({ userAgent }: Device): boolean => /\b(?:Android|iPhone|iPad|Mobile)\b/.test(userAgent ?? '')
