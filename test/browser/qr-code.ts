import assert from 'node:assert/strict'
import type { Locator } from 'playwright-core'

type Modules = ReadonlyArray<readonly boolean[]>

/** Of correction level L, by version: codewords of correction in a block, and blocks (ISO/IEC 18004, table 9). */
const levelL: ReadonlyArray<readonly [corrections: number, blocks: number]> = [
  ...([
    [7, 1],
    [10, 1],
    [15, 1],
    [20, 1],
    [26, 1],
  ] as const),
  ...([
    [18, 2],
    [20, 2],
    [24, 2],
    [30, 2],
    [18, 4],
  ] as const),
]
const LEVEL_L = 0b01
const FORMAT_MASK = 0x5412
const BYTE_MODE = 0b0100

const masks: ReadonlyArray<(x: number, y: number) => number> = [
  (x, y) => (x + y) % 2,
  (_x, y) => y % 2,
  (x) => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
]

/** What a phone would read off the screen (ISO/IEC 18004), of a picture without damage: nothing is corrected. */
export async function readQrCode(picture: Locator): Promise<string> {
  const modules = await modulesOnScreen(picture)
  const version = (modules.length - 17) / 4
  const [corrections, blocks] = levelL[version - 1] ?? assert.fail(`no QR code has ${modules.length} modules, or none that is read here`)
  const bits = dataOf(codewordsOf(modules, version), corrections, blocks)
  const number = (at: number, length: number): number => Number.parseInt(bits.slice(at, at + length), 2)
  assert.equal(number(0, 4), BYTE_MODE)
  const countBits = version < 10 ? 8 : 16
  const bytes = Uint8Array.from({ length: number(4, countBits) }, (_, index) => number(4 + countBits + index * 8, 8))
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

/** By a screenshot: how the picture is drawn does not matter, what can be seen does. */
async function modulesOnScreen(picture: Locator): Promise<Modules> {
  const screenshot = (await picture.screenshot()).toString('base64')
  const drawing = await picture.page().context().newPage()
  try {
    const rows = await drawing.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
      const { width, height } = bitmap
      const canvas = new OffscreenCanvas(width, height)
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
      context.drawImage(bitmap, 0, 0)
      const { data } = context.getImageData(0, 0, width, height)
      const isDark = (x: number, y: number): boolean => (data[(Math.floor(y) * width + Math.floor(x)) * 4] ?? 255) < 128
      // Along the top edge of the two upper finder patterns, which are seven modules wide.
      let first = 0
      while (!isDark(first, first)) first++
      let last = width - 1
      while (!isDark(last, first + 1)) last--
      let edge = first
      while (isDark(edge, first + 1)) edge++
      const count = Math.round(((last + 1 - first) / ((edge - first) / 7) - 17) / 4) * 4 + 17
      const module = (last + 1 - first) / count
      const places = Array.from({ length: count }, (_, index) => first + (index + 0.5) * module)
      return places.map((y) => places.map((x) => isDark(x, y)))
    }, screenshot)
    return rows
  } finally {
    await drawing.close()
  }
}

/** Where no data are: finders with their formats, timing, alignment, version. */
function isFunction(x: number, y: number, size: number, version: number): boolean {
  if (x === 6 || y === 6 || (x < 9 && y < 9) || (x >= size - 8 && y < 9) || (x < 9 && y >= size - 8)) return true
  if (version >= 7 && ((x >= size - 11 && y < 6) || (y >= size - 11 && x < 6))) return true
  const centres = alignmentCentres(version, size)
  const isCorner = (a: number, b: number): boolean => (a === 6 && (b === 6 || b === size - 7)) || (a === size - 7 && b === 6)
  return centres.some((cx) => centres.some((cy) => !isCorner(cx, cy) && Math.abs(x - cx) <= 2 && Math.abs(y - cy) <= 2))
}

function alignmentCentres(version: number, size: number): readonly number[] {
  if (version === 1) return []
  const count = Math.floor(version / 7) + 2
  const step = Math.ceil((size - 13) / (count * 2 - 2)) * 2
  return [6, ...Array.from({ length: count - 1 }, (_, index) => size - 7 - index * step)]
}

/** In the order in which they were laid: two columns at a time, up and down. */
function codewordsOf(modules: Modules, version: number): readonly string[] {
  const size = modules.length
  const at = (x: number, y: number): boolean => modules[y]?.[x] === true
  const isTurned = maskOf(at)
  let bits = ''
  for (let right = size - 1; right >= 1; right -= right === 8 ? 3 : 2) {
    const isUpward = ((right + 1) & 2) === 0
    for (let step = 0; step < size; step++) {
      const y = isUpward ? size - 1 - step : step
      for (const x of [right, right - 1]) if (!isFunction(x, y, size, version)) bits += at(x, y) === isTurned(x, y) ? '0' : '1'
    }
  }
  return bits.match(/.{8}/g) ?? []
}

function maskOf(at: (x: number, y: number) => boolean): (x: number, y: number) => boolean {
  const places = [
    ...Array.from({ length: 6 }, (_, index) => [8, index] as const),
    ...([
      [8, 7],
      [8, 8],
      [7, 8],
    ] as const),
    ...Array.from({ length: 6 }, (_, index) => [5 - index, 8] as const),
  ]
  const read = places.reduce((value, [x, y], index) => value | (at(x, y) ? 1 << index : 0), 0)
  const format = (read ^ FORMAT_MASK) >> 10
  assert.equal(format >> 3, LEVEL_L)
  const mask = masks[format & 7] ?? assert.fail()
  return (x, y) => mask(x, y) === 0
}

/** Block after block, without what would correct them. */
function dataOf(codewords: readonly string[], corrections: number, blocks: number): string {
  const short = Math.floor(codewords.length / blocks) - corrections
  const shortBlocks = blocks - (codewords.length % blocks)
  const block = (index: number): string => {
    const shared = Array.from({ length: short }, (_, place) => codewords[place * blocks + index] ?? '')
    return shared.join('') + (index < shortBlocks ? '' : (codewords[short * blocks + index - shortBlocks] ?? ''))
  }
  return Array.from({ length: blocks }, (_, index) => block(index)).join('')
}
