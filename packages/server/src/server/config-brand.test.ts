import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type Brand, brandAccent, brandName, brandOf, grounds } from './config-brand.ts'
import { WrongValue } from './config-value.ts'
import { type Colour, contrast, parseColour } from './contrast.ts'

const colour = (text: string): Colour => {
  const parsed = parseColour(text)
  assert.ok(parsed !== undefined, text)
  return parsed
}

/** The lowest contrast of all pairs of text and background that hold the accent. */
function lowestContrast(brand: Brand): number {
  return Math.min(
    ...(['light', 'dark'] as const).flatMap((scheme) => {
      const { accent, ink, wash } = brand[scheme]
      return [ink, wash, ...grounds[scheme]].map((other) => contrast(colour(accent), colour(other)))
    }),
  )
}

suite('the brand', () => {
  test('contrast is that of WCAG: black on white 21, one colour on itself 1, #767676 on white 4.54', () => {
    assert.equal(contrast(colour('#000000'), colour('#ffffff')), 21)
    assert.equal(contrast(colour('#123456'), colour('#123456')), 1)
    assert.equal(contrast(colour('#767676'), colour('#ffffff')).toFixed(2), '4.54')
  })

  test('our own accent is readable on light and on dark pages', () => assert.ok(lowestContrast(brandOf({})) >= 4.5))

  for (const given of ['#1d4ed8', '#7a1f5c', '#000000', '#5b21b6', '#0b5f4c,#6fd3b5', '#1D4ED8, #FFFFFF']) {
    test(`${given} is taken, and everything made of it is readable`, () => {
      const brand = brandOf({ brandAccent: brandAccent(given) })
      assert.equal(brand.light.accent, given.split(',')[0]?.toLowerCase())
      assert.ok(lowestContrast(brand) >= 4.5, String(lowestContrast(brand)))
    })
  }

  for (const given of ['#ffd400', '#ff7f00', '#ffffff', '#8fadff', '#1d4ed8,#1d4ed8', '#00aa55']) {
    test(`${given} is refused, and what is suggested in its place is taken`, () => {
      let hint = ''
      assert.throws(
        () => brandAccent(given),
        (error) => error instanceof WrongValue && error.message.includes('4.5 : 1') && (hint = error.hint) !== '',
      )
      const suggested = /#[0-9a-f]{6},#[0-9a-f]{6}/.exec(hint)?.[0] ?? ''
      assert.equal(brandAccent(suggested), suggested)
      assert.ok(lowestContrast(brandOf({ brandAccent: suggested })) >= 4.5)
    })
  }

  for (const given of ['', 'red', '#fff', '#12345g', '#123456,', '#111111,#222222,#333333', 'rgb(1,2,3)', '#123456;}body{', 7, null]) {
    test(`${String(given)} is no accent`, () => assert.throws(() => brandAccent(given), WrongValue))
  }

  for (const given of ['', '  ', 'x'.repeat(61), 'a\r\nBcc: b', 'a\u2028b', 'a\u202eb', '\ud800', 7]) {
    test(`${JSON.stringify(given)} is no name`, () => assert.throws(() => brandName(given), WrongValue))
  }

  test('a name is trimmed and kept as it is', () => assert.equal(brandName(' Häfen & Söhne '), 'Häfen & Söhne'))
})
