import sharp from 'sharp'
import { CroftError } from '#lib/core/error'

const FORMATS = ['png', 'jpeg', 'webp', 'gif', 'avif', 'tiff']
/** More pixels than any icon or banner has; a small file can unpack to far more. */
const MAX_PIXELS = 16_000_000

/** An image as PNG, without what else was in the file. @throws CroftError invalid when it is none that is known */
export async function toPng(bytes: Uint8Array): Promise<Buffer> {
  const refused = new CroftError(
    'invalid',
    `the image must be one of ${FORMATS.join(', ')}, of at most 16 megapixels`,
    {
      data: ['is no image that can be read'],
    },
  )
  try {
    const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
    const { format } = await image.metadata()
    if (format === undefined || !(FORMATS.includes(format) || format === 'heif')) throw refused
    return await image.rotate().png().toBuffer()
  } catch {
    throw refused
  }
}
