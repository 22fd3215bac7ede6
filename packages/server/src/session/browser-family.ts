import { browserFamily } from 'countersign/core'
import type { Device } from './session.ts'

/** As far as it is known: a session that was opened without a user agent says nothing about its device. */
export function isSameDevice(opened: Device, presented: Device): boolean {
  if (opened.userAgent === undefined) return true
  return presented.userAgent !== undefined && browserFamily(opened.userAgent) === browserFamily(presented.userAgent)
}
