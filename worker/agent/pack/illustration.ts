import { PackFailure } from './failure'
import { decodePng, encodePng, fitInto, isPng, type Picture } from './png'

const SIZE = 48

/** A plain PNG of 48 × 48 pixels: an open book on a colour that follows from the name. */
export function defaultIllustration(name: string): Buffer {
  const hue = [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7)
  const channel = (shift: number) => Math.round(110 + 70 * Math.cos(((hue + shift) * Math.PI) / 180))
  const background = [channel(0), channel(240), channel(120), 255]
  const picture: Picture = { width: SIZE, height: SIZE, pixels: new Uint8Array(SIZE * SIZE * 4) }
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const page = x >= 8 && x < 40 && x !== 23 && x !== 24 && y >= 12 && y < 37
      const line = page && y > 15 && y < 34 && y % 4 === 0 && (x - 8) % 16 > 3 && (x - 8) % 16 < 13
      picture.pixels.set(page && !line ? [250, 250, 248, 255] : background, (y * SIZE + x) * 4)
    }
  }
  return encodePng(picture)
}

/** Any PNG as one of 48 × 48 pixels, as ZIM files want it; one that fits stays as it is. @throws PackFailure bad_input */
export function fitIllustration(path: string, bytes: Buffer): Buffer {
  if (isPng(bytes) && bytes.readUInt32BE(16) === SIZE && bytes.readUInt32BE(20) === SIZE) return bytes
  try {
    return encodePng(fitInto(SIZE, decodePng(bytes)))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new PackFailure(
      'bad_input',
      `the illustration ${path} must be a PNG, best of ${SIZE} × ${SIZE} pixels: ${why}`,
      { cause },
    )
  }
}
