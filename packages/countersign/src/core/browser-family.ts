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
