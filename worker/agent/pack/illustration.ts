import { crc32, deflateSync } from 'node:zlib'
import { PackFailure } from './failure'

const SIZE = 48
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(body.length + 8)
  frame.writeUInt32BE(data.length, 0)
  body.copy(frame, 4)
  frame.writeUInt32BE(crc32(body), body.length + 4)
  return frame
}

/** A plain PNG of 48 × 48 pixels: an open book on a colour that follows from the name. */
export function defaultIllustration(name: string): Buffer {
  const hue = [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7)
  const channel = (shift: number) => Math.round(110 + 70 * Math.cos(((hue + shift) * Math.PI) / 180))
  const background = [channel(0), channel(240), channel(120)]
  const rows = Buffer.alloc(SIZE * (1 + SIZE * 3))
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const page = x >= 8 && x < 40 && x !== 23 && x !== 24 && y >= 12 && y < 37
      const line = page && y > 15 && y < 34 && y % 4 === 0 && (x - 8) % 16 > 3 && (x - 8) % 16 < 13
      const colour = line ? background : page ? [250, 250, 248] : background
      rows.set(colour, y * (1 + SIZE * 3) + 1 + x * 3)
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(SIZE, 0)
  header.writeUInt32BE(SIZE, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** @throws PackFailure when the bytes are no PNG of 48 × 48 pixels */
export function checkIllustration(path: string, bytes: Buffer): void {
  const isPng = bytes.length > 24 && bytes.subarray(0, 8).equals(SIGNATURE)
  if (isPng && bytes.readUInt32BE(16) === SIZE && bytes.readUInt32BE(20) === SIZE) return
  throw new PackFailure('bad_input', `the illustration ${path} must be a PNG of ${SIZE} × ${SIZE} pixels`)
}
