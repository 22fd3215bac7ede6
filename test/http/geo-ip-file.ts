// The smallest MaxMind database that there is (MaxMind DB file format 2.0): one node, whose two sides are two halves of IPv4.

type Value = string | { readonly uint16: number } | { readonly uint32: number } | { readonly uint64: number } | readonly string[] | Members

interface Members {
  readonly [name: string]: Value
}

const RECORD_BITS = 24
/** Between the tree and the data. */
const SEPARATOR = 16

const number = (value: number, bytes: number): Buffer => {
  const buffer = Buffer.alloc(8)
  buffer.writeBigUInt64BE(BigInt(value))
  return buffer.subarray(8 - bytes)
}

const textOf = (text: string): Buffer => {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([(2 << 5) | bytes.length]), bytes])
}

/** None longer than 28 bytes, or of more members, which the format writes otherwise. */
function encode(value: Value): Buffer {
  if (typeof value === 'string') return textOf(value)
  if (Array.isArray(value)) return Buffer.concat([Buffer.from([value.length, 11 - 7]), ...value.map(textOf)])
  if ('uint16' in value) return Buffer.concat([Buffer.from([(5 << 5) | 2]), number(Number(value.uint16), 2)])
  if ('uint32' in value) return Buffer.concat([Buffer.from([(6 << 5) | 4]), number(Number(value.uint32), 4)])
  if ('uint64' in value) return Buffer.concat([Buffer.from([8, 9 - 7]), number(Number(value.uint64), 8)])
  const members = Object.entries(value as Members)
  return Buffer.concat([Buffer.from([(7 << 5) | members.length]), ...members.flatMap(([name, each]) => [textOf(name), encode(each)])])
}

const cityOf = (city: string, country: string): Value => ({
  city: { names: { en: city } },
  country: { iso_code: 'XX', names: { en: country } },
})

/** Below 128.0.0.0 everything is in Lisbon, above it in Montréal. */
export function geoIpFile(): Buffer {
  const lower = encode(cityOf('Lisbon', 'Portugal'))
  const upper = encode(cityOf('Montréal', 'Canada'))
  const pointer = (offset: number): Buffer => number(1 + SEPARATOR + offset, RECORD_BITS / 8)
  const metadata = encode({
    binary_format_major_version: { uint16: 2 },
    binary_format_minor_version: { uint16: 0 },
    build_epoch: { uint64: 1_800_000_000 },
    database_type: 'Tiny-City',
    description: { en: 'for a test' },
    ip_version: { uint16: 4 },
    languages: ['en'],
    node_count: { uint32: 1 },
    record_size: { uint16: RECORD_BITS },
  })
  const marker = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex')
  return Buffer.concat([pointer(0), pointer(lower.length), Buffer.alloc(SEPARATOR), lower, upper, marker, metadata])
}
