/** Each part of a distinguished name in one spelling, the most significant first; the attributes of one part in order. */
export type DistinguishedName = readonly (readonly string[])[]

const MAXIMUM_LENGTH = 1024

/** Short names that RFC 4514 and OpenSSL have, in lower case; all else is written as its number. */
const shortNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    cn: '2.5.4.3',
    sn: '2.5.4.4',
    serialnumber: '2.5.4.5',
    c: '2.5.4.6',
    l: '2.5.4.7',
    st: '2.5.4.8',
    street: '2.5.4.9',
    o: '2.5.4.10',
    ou: '2.5.4.11',
    title: '2.5.4.12',
    businesscategory: '2.5.4.15',
    postalcode: '2.5.4.17',
    gn: '2.5.4.42',
    initials: '2.5.4.43',
    dnqualifier: '2.5.4.46',
    pseudonym: '2.5.4.65',
    organizationidentifier: '2.5.4.97',
    uid: '0.9.2342.19200300.100.1.1',
    dc: '0.9.2342.19200300.100.1.25',
    emailaddress: '1.2.840.113549.1.9.1',
    jurisdictionl: '1.3.6.1.4.1.311.60.2.1.1',
    jurisdictionst: '1.3.6.1.4.1.311.60.2.1.2',
    jurisdictionc: '1.3.6.1.4.1.311.60.2.1.3',
  }),
)

/** What OpenSSL, and so Node, shows by a name that nobody writes here. Of these letter by letter: its `uid` is not `UID`. */
const shownNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    description: '2.5.4.13',
    postalAddress: '2.5.4.16',
    postOfficeBox: '2.5.4.18',
    telephoneNumber: '2.5.4.20',
    name: '2.5.4.41',
    generationQualifier: '2.5.4.44',
    x500UniqueIdentifier: '2.5.4.45',
    houseIdentifier: '2.5.4.51',
    role: '2.5.4.72',
    mail: '0.9.2342.19200300.100.1.3',
    host: '0.9.2342.19200300.100.1.9',
    uid: '0.9.2342.19200300.100.1.44',
    unstructuredName: '1.2.840.113549.1.9.2',
    unstructuredAddress: '1.2.840.113549.1.9.8',
  }),
)

type Numbers = (name: string) => string | undefined
const numberOf: Numbers = (name) => shortNames.get(name.toLowerCase())
const shownNumberOf: Numbers = (name) => shownNames.get(name) ?? numberOf(name)

const dotted = /^\d+(?:\.\d+)+$/
/** One attribute and what follows it (RFC 4514 section 3). A value in hexadecimal (`#…`) says nothing that could be compared. */
const attribute = /([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)=((?:[^\\"+,;<>\0]|\\[\\"+,;<> #=]|\\[0-9A-Fa-f]{2})+)(,|\+|$)/y

/**
 * Reads the string form of RFC 4514, which begins with the least significant part; spaces may follow a comma.
 *
 * @returns undefined for what is none, or says less than a whole name.
 */
export const parseDistinguishedName = (text: string): DistinguishedName | undefined => parsed(text, numberOf)

function parsed(text: string, numbers: Numbers): DistinguishedName | undefined {
  if (text.length > MAXIMUM_LENGTH) return undefined
  const parts: string[][] = [[]]
  attribute.lastIndex = 0
  for (let end = ''; end !== 'end'; ) {
    while (end === ',' && text[attribute.lastIndex] === ' ') attribute.lastIndex++
    const [, type = '', value = '', separator] = attribute.exec(text) ?? []
    const one = separator === undefined ? undefined : spelled(type, value, numbers)
    if (one === undefined) return undefined
    parts.at(-1)?.push(one)
    if (separator === ',') parts.push([])
    end = separator || 'end'
  }
  return parts.map((each) => each.toSorted()).toReversed()
}

/** The subject of a certificate as Node shows it: a part a line, the most significant first, escaped as in RFC 4514. */
export function subjectName(shown: string): DistinguishedName | undefined {
  const parts = shown.split('\n').map((line) => parsed(line.split(' + ').join('+'), shownNumberOf))
  return parts.every((part) => part?.length === 1) ? parts.map((part) => part?.[0] ?? []) : undefined
}

/** Letter for letter, but for the names of the attributes. */
export const isSameName = (one: DistinguishedName, other: DistinguishedName): boolean => JSON.stringify(one) === JSON.stringify(other)

function spelled(type: string, value: string, numbers: Numbers): string | undefined {
  const number = dotted.test(type) ? type : numbers(type)
  if (number === undefined || /^[# ]/.test(value) || /(?:^|[^\\]) $/.test(value)) return undefined
  const text = unescaped(value)
  return text === undefined ? undefined : `${number}=${text}`
}

/** Pairs of digits are bytes of UTF-8. */
function unescaped(value: string): string | undefined {
  const bytes = value.match(/\\[0-9A-Fa-f]{2}|\\.|[^\\]+/gs)?.map((piece) => {
    if (!piece.startsWith('\\')) return Buffer.from(piece)
    return piece.length === 3 ? Buffer.from(piece.slice(1), 'hex') : Buffer.from(piece.slice(1))
  })
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(bytes ?? []))
  } catch {
    return undefined
  }
}
