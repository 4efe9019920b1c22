import { crc32, deflateSync, inflateSync } from 'node:zlib'

/** A picture in memory: four bytes (red, green, blue, opacity) for each pixel, row by row. */
export type Picture = { width: number; height: number; pixels: Uint8Array }

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const SIDE_LIMIT = 4096
/** Samples per pixel by colour type: grey, colours, palette, grey with opacity, colours with opacity. */
const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

export const isPng = (bytes: Buffer) => bytes.length > 33 && bytes.subarray(0, 8).equals(SIGNATURE)

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(body.length + 8)
  frame.writeUInt32BE(data.length, 0)
  body.copy(frame, 4)
  frame.writeUInt32BE(crc32(body), body.length + 4)
  return frame
}

export function encodePng({ width, height, pixels }: Picture): Buffer {
  const rows = Buffer.alloc(height * (1 + width * 4))
  for (let y = 0; y < height; y++)
    rows.set(pixels.subarray(y * width * 4, (y + 1) * width * 4), y * (1 + width * 4) + 1)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 6, 0, 0, 0], 8)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

type Header = { width: number; height: number; depth: number; samples: number; colourType: number }

/** Reads a PNG that is not interlaced. @throws Error that says what is wrong with it */
export function decodePng(bytes: Buffer): Picture {
  if (!isPng(bytes)) throw new Error('it is no PNG')
  const header = readHeader(bytes)
  const parts: Buffer[] = []
  let palette: Buffer = Buffer.alloc(0)
  let opacity: Buffer | null = null
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at)
    const type = bytes.toString('latin1', at + 4, at + 8)
    const data = bytes.subarray(at + 8, at + 8 + length)
    if (type === 'IDAT') parts.push(data)
    if (type === 'PLTE') palette = data
    if (type === 'tRNS') opacity = data
    at += length + 12
  }
  const bits = header.samples * header.depth
  const stride = Math.ceil((header.width * bits) / 8)
  const size = header.height * (stride + 1)
  const raw = inflateSync(Buffer.concat(parts), { maxOutputLength: size + 1 })
  if (raw.length < size) throw new Error('it is cut off')
  return {
    width: header.width,
    height: header.height,
    pixels: paint(header, unfilter(raw, header.height, stride, Math.max(1, bits >> 3)), stride, palette, opacity),
  }
}

function readHeader(bytes: Buffer): Header {
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  const [depth = 0, colourType = 0, , , interlace = 0] = bytes.subarray(24, 29)
  const samples = SAMPLES[colourType]
  if (samples === undefined || ![1, 2, 4, 8, 16].includes(depth)) throw new Error('it has an unknown kind of colours')
  if (width < 1 || height < 1 || width > SIDE_LIMIT || height > SIDE_LIMIT)
    throw new Error(`it is ${width} × ${height} pixels; at most ${SIDE_LIMIT} × ${SIDE_LIMIT} are taken`)
  if (interlace !== 0) throw new Error('it is interlaced: save it without interlacing')
  return { width, height, depth, samples, colourType }
}

function unfilter(raw: Buffer, height: number, stride: number, step: number): Buffer {
  const out = Buffer.alloc(height * stride)
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)] ?? 0
    for (let x = 0; x < stride; x++) {
      const here = y * stride + x
      const left = x >= step ? (out[here - step] ?? 0) : 0
      const up = y > 0 ? (out[here - stride] ?? 0) : 0
      const corner = x >= step && y > 0 ? (out[here - stride - step] ?? 0) : 0
      out[here] = (raw[y * (stride + 1) + 1 + x] ?? 0) + predict(filter, left, up, corner)
    }
  }
  return out
}

function predict(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  if (filter !== 4) throw new Error('it is damaged')
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

function paint(
  { width, height, depth, samples, colourType }: Header,
  data: Buffer,
  stride: number,
  palette: Buffer,
  opacity: Buffer | null,
): Uint8Array {
  const pixels = new Uint8Array(width * height * 4)
  const most = 2 ** depth - 1
  const sample = (x: number, y: number, n: number): number => {
    const bit = (x * samples + n) * depth
    const at = y * stride + (bit >> 3)
    if (depth === 16) return data.readUInt16BE(at)
    return ((data[at] ?? 0) >> (8 - depth - (bit & 7))) & most
  }
  const scaled = (value: number) => Math.round((value * 255) / most)
  const transparent = (n: number) =>
    opacity !== null && opacity.length >= n * 2 + 2 ? opacity.readUInt16BE(n * 2) : -1
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const s = [0, 1, 2, 3].map((n) => (n < samples ? sample(x, y, n) : 0)) as [number, number, number, number]
      let pixel: number[]
      if (colourType === 3)
        pixel = [palette[s[0] * 3] ?? 0, palette[s[0] * 3 + 1] ?? 0, palette[s[0] * 3 + 2] ?? 0, opacity?.[s[0]] ?? 255]
      else if (samples < 3)
        pixel = [
          scaled(s[0]),
          scaled(s[0]),
          scaled(s[0]),
          samples === 2 ? scaled(s[1]) : s[0] === transparent(0) ? 0 : 255,
        ]
      else
        pixel = [
          scaled(s[0]),
          scaled(s[1]),
          scaled(s[2]),
          samples === 4 ? scaled(s[3]) : [0, 1, 2].every((n) => s[n] === transparent(n)) ? 0 : 255,
        ]
      pixels.set(pixel, (y * width + x) * 4)
    }
  }
  return pixels
}

/** Fits a picture into a square, keeping its shape: what is left over stays transparent. */
export function fitInto(side: number, picture: Picture): Picture {
  const { width, height, pixels } = picture
  const scale = Math.max(width, height) / side
  const [wide, high] = [Math.max(1, Math.round(width / scale)), Math.max(1, Math.round(height / scale))]
  const [left, top] = [(side - wide) >> 1, (side - high) >> 1]
  const out = new Uint8Array(side * side * 4)
  for (let y = 0; y < high; y++) {
    const rows = span(y, high, height)
    for (let x = 0; x < wide; x++) {
      const columns = span(x, wide, width)
      const sum = [0, 0, 0, 0] as [number, number, number, number]
      let count = 0
      for (let v = rows.from; v < rows.to; v++) {
        for (let u = columns.from; u < columns.to; u++) {
          const at = (v * width + u) * 4
          const alpha = pixels[at + 3] ?? 0
          sum[0] += (pixels[at] ?? 0) * alpha
          sum[1] += (pixels[at + 1] ?? 0) * alpha
          sum[2] += (pixels[at + 2] ?? 0) * alpha
          sum[3] += alpha
          count += 1
        }
      }
      const weight = Math.max(1, sum[3])
      out.set(
        [sum[0] / weight, sum[1] / weight, sum[2] / weight, sum[3] / count].map(Math.round),
        ((y + top) * side + x + left) * 4,
      )
    }
  }
  return { width: side, height: side, pixels: out }
}

/** The pixels of the original that make the n-th of `parts`; at least one. */
function span(n: number, parts: number, length: number): { from: number; to: number } {
  const from = Math.min(length - 1, Math.floor((n * length) / parts))
  return { from, to: Math.max(from + 1, Math.min(length, Math.floor(((n + 1) * length) / parts))) }
}
