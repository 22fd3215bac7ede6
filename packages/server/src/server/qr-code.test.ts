import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from 'uqr'
import { qrCodeSvg } from './qr-code.ts'

const URI = 'otpauth://totp/auth.example:ann@example.com?secret=GEZDGNBVGY3TQOJQ&issuer=auth.example&algorithm=SHA1&digits=6&period=30'

test('the drawing holds every dark module of the code in its place, within four light ones on every side', () => {
  const { data, size } = encode(URI, { border: 0 })
  const svg = qrCodeSvg(URI)
  const unit = 10
  assert.match(svg, new RegExp(`viewBox="0 0 ${(size + 8) * unit} ${(size + 8) * unit}"`))
  const drawn = Array.from(svg.matchAll(/M(\d+),(\d+)h10v10h-10z/g), ([, x, y]) => `${Number(x) / unit - 4},${Number(y) / unit - 4}`)
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`${x},${y}`] : [])))
  assert.deepEqual(new Set(drawn), new Set(dark))
})

test('what cannot be drawn is refused, not cut', () => {
  assert.throws(() => qrCodeSvg('x'.repeat(5000)))
})
