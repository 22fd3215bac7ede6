/** Letters and digits in their plainest form, so that Ｐａｓｓｗｏｒｄ is password. */
const plain = (password: string): string => password.normalize('NFKC').toLowerCase()

/** What people put around a common password to make another of it. */
const signs = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu
const years = /^\d{1,4}(?=\D)|(?<=\D)\d{1,4}$/g

const withoutSigns = (text: string): string => text.replace(signs, '')
const withoutYears = (text: string): string => withoutSigns(withoutSigns(text).replace(years, ''))

let loaded: Promise<ReadonlySet<string>> | undefined

/** 49,233 passwords in the order in which they are tried; 30 ms to load, so whoever sets the first password asks for it. */
async function commonPasswords(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common')
  return new Set(dictionary['passwords-common'])
}

/** Is it on the list, in whatever case, with whatever signs and up to four digits around it? */
export async function isCommonPassword(password: string): Promise<boolean> {
  loaded ??= commonPasswords()
  const list = await loaded
  const text = plain(password)
  return [text, withoutSigns(text), withoutYears(text)].some((candidate) => list.has(candidate))
}

const MOST_REPEATED = 4

/** One to four characters again and again (`abababab`), or characters one after the other (`abcdefgh`, `87654321`). */
export function isPattern(password: string): boolean {
  const characters = [...plain(password)]
  const repeats = (period: number): boolean => characters.every((character, at) => at < period || character === characters[at - period])
  const codes = characters.map((character) => character.codePointAt(0) ?? 0)
  const climbs = (step: number): boolean => codes.every((code, at) => at === 0 || code === (codes[at - 1] ?? 0) + step)
  return [1, 2, 3, MOST_REPEATED].some(repeats) || climbs(1) || climbs(-1)
}
