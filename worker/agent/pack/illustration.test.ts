import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { defaultIllustration, fitIllustration } from './illustration'
import { decodePng, encodePng, fitInto, type Picture } from './png'

const plain = (width: number, height: number, colour: readonly number[]): Picture => {
  const pixels = new Uint8Array(width * height * 4)
  for (let n = 0; n < width * height; n++) pixels.set(colour, n * 4)
  return { width, height, pixels }
}
const pixel = ({ width, pixels }: Picture, x: number, y: number) => [
  ...pixels.subarray((y * width + x) * 4, (y * width + x + 1) * 4),
]

it('makes one where there is none, by the name', () => {
  const picture = decodePng(defaultIllustration('docs_en'))
  expect([picture.width, picture.height]).toEqual([48, 48])
  expect(pixel(picture, 10, 13)).toEqual([250, 250, 248, 255])
  expect(defaultIllustration('docs_en')).toEqual(defaultIllustration('docs_en'))
  expect(defaultIllustration('docs_en')).not.toEqual(defaultIllustration('docs_fr'))
})

it('leaves one that fits as it is', () => {
  const bytes = defaultIllustration('docs_en')
  expect(fitIllustration('logo.png', bytes)).toBe(bytes)
})

describe('scales', () => {
  it('a large one down, and a small one up', () => {
    for (const side of [200, 7, 48 * 3]) {
      const fitted = decodePng(fitIllustration('logo.png', encodePng(plain(side, side, [10, 200, 30, 255]))))
      expect([fitted.width, fitted.height, pixel(fitted, 0, 0), pixel(fitted, 47, 47)]).toEqual([
        48,
        48,
        [10, 200, 30, 255],
        [10, 200, 30, 255],
      ])
    }
  })

  it('a wide one without distorting it', () => {
    const fitted = fitInto(48, plain(96, 48, [255, 0, 0, 255]))
    expect([
      pixel(fitted, 24, 11)[3],
      pixel(fitted, 24, 12)[3],
      pixel(fitted, 24, 35)[3],
      pixel(fitted, 24, 36)[3],
    ]).toEqual([0, 255, 255, 0])
  })

  it('without the colour of what is transparent', () => {
    const picture = plain(96, 96, [255, 0, 0, 255])
    for (let n = 0; n < 96 * 96; n += 2) picture.pixels.set([0, 255, 0, 0], n * 4)
    expect(pixel(fitInto(48, picture), 5, 5)).toEqual([255, 0, 0, 128])
  })
})

/** A PNG by its parts, to read what the encoder does not write. */
function png(
  side: number,
  depth: number,
  colourType: number,
  rows: Buffer,
  extra: readonly [string, Buffer][] = [],
  interlace = 0,
): Buffer {
  const part = (type: string, data: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(data.length)
    return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([depth, colourType, 0, 0, interlace], 8)
  const parts = [
    part('IHDR', header),
    ...extra.map(([type, data]) => part(type, data)),
    part('IDAT', deflateSync(rows)),
    part('IEND', Buffer.alloc(0)),
  ]
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts])
}

describe('reads', () => {
  it('a palette of one bit with a transparent colour', () => {
    const picture = decodePng(
      png(2, 1, 3, Buffer.from([0, 0x40, 0, 0x80]), [
        ['PLTE', Buffer.from([1, 2, 3, 4, 5, 6])],
        ['tRNS', Buffer.from([0])],
      ]),
    )
    expect([pixel(picture, 0, 0), pixel(picture, 1, 0), pixel(picture, 0, 1)]).toEqual([
      [1, 2, 3, 0],
      [4, 5, 6, 255],
      [4, 5, 6, 255],
    ])
  })

  it('greys of sixteen bits, and each filter', () => {
    expect(pixel(decodePng(png(1, 16, 0, Buffer.from([0, 0xff, 0xff]))), 0, 0)).toEqual([255, 255, 255, 255])
    const rows = Buffer.from([1, 10, 5, 5, 5, 2, 1, 1, 1, 1, 3, 1, 1, 1, 1, 4, 1, 1, 1, 1])
    const picture = decodePng(png(4, 8, 0, rows))
    expect([0, 1, 2, 3].map((y) => [0, 1, 2, 3].map((x) => pixel(picture, x, y)[0]))).toEqual([
      [10, 15, 20, 25],
      [11, 16, 21, 26],
      [6, 12, 17, 22],
      [7, 13, 18, 23],
    ])
  })
})

it.each([
  ['no PNG', Buffer.from('<svg/>'), /it is no PNG/],
  ['interlaced', png(2, 8, 0, Buffer.alloc(6), [], 1), /interlaced/],
  ['cut off', png(60, 8, 0, Buffer.alloc(6)), /cut off/],
  ['huge', png(50_000, 8, 0, Buffer.alloc(6)), /at most 4096/],
  ['a bomb', png(2, 8, 0, Buffer.alloc(5_000_000)), /must be a PNG/],
])('refuses what is %s', (_, bytes, message) => {
  expect(() => fitIllustration('logo.png', bytes)).toThrow(
    expect.objectContaining({ reasonCode: 'bad_input', message: expect.stringMatching(message) as string }) as Error,
  )
})
