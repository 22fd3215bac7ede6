import type { Device } from './session.ts'

/** Most particular first: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari. */
const families: ReadonlyArray<readonly [token: string, family: string]> = [
  ['Edg', 'edge'],
  ['OPR/', 'opera'],
  ['SamsungBrowser/', 'samsung'],
  ['Firefox/', 'firefox'],
  ['FxiOS/', 'firefox'],
  ['CriOS/', 'chrome'],
  ['Chrome/', 'chrome'],
  ['Safari/', 'safari'],
]

/** The maker of the client without its version, which may change under a living session. */
export function browserFamily(userAgent: string): string {
  const known = families.find(([token]) => userAgent.includes(token))
  return known?.[1] ?? userAgent.split(/[/ (]/, 1)[0]?.toLowerCase() ?? ''
}

/** As far as it is known: a session that was opened without a user agent says nothing about its device. */
export function isSameDevice(opened: Device, presented: Device): boolean {
  if (opened.userAgent === undefined) return true
  return presented.userAgent !== undefined && browserFamily(opened.userAgent) === browserFamily(presented.userAgent)
}
