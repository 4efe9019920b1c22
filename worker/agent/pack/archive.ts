import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, createGunzip } from 'node:zlib'
import { extract, type ReadEntry } from 'tar'
import yauzl from 'yauzl'
import { isDiskFull, PackFailure } from './failure'

export type Limits = { bytes: number; files: number }
/** `skipped`: links, devices and other things that no site needs. `misnamed`: names that are no UTF-8. */
export type Unpacked = { files: number; bytes: number; skipped: number; misnamed: number }
/** Called for each file, with how much of the archive was read, from 0 to 1. */
type Tell = (unpacked: Unpacked, part: number) => void

/** Unpacks a .zip, .tar.gz or .tar, known by its first bytes; nothing may leave the folder. @throws PackFailure bad_input, disk_full */
export async function unpack(
  archive: string,
  to: string,
  limits: Limits,
  tell: Tell = () => undefined,
): Promise<Unpacked> {
  await mkdir(to, { recursive: true })
  const { start, size } = await look(archive)
  const kind = kindOf(start)
  if (kind === null) throw new PackFailure('bad_input', 'the source is neither a .zip nor a .tar.gz archive')
  const budget = new Budget(resolve(to), limits)
  try {
    if (kind === 'zip') await unzip(archive, to, budget, tell)
    else await untar(archive, to, budget, tell, { gzip: kind === 'gzip', size, limits })
  } catch (error) {
    if (error instanceof PackFailure || isDiskFull(error)) throw error
    throw new PackFailure(
      'bad_input',
      `the archive is damaged or cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    )
  }
  return budget.unpacked
}

async function look(path: string): Promise<{ start: Buffer; size: number }> {
  const handle = await open(path)
  try {
    const { buffer } = await handle.read(Buffer.alloc(512), 0, 512, 0)
    return { start: buffer, size: (await handle.stat()).size }
  } finally {
    await handle.close()
  }
}

function kindOf(start: Buffer): 'zip' | 'gzip' | 'tar' | null {
  if (/^504b(0304|0506)/.test(start.toString('hex', 0, 4))) return 'zip'
  if (start.toString('hex', 0, 2) === '1f8b') return 'gzip'
  return start.toString('latin1', 257, 262) === 'ustar' ? 'tar' : null
}

/** Counts what is unpacked, and refuses what is too much or leads out of the folder. */
class Budget {
  readonly unpacked: Unpacked = { files: 0, bytes: 0, skipped: 0, misnamed: 0 }
  constructor(
    private readonly folder: string,
    private readonly limits: Limits,
  ) {}

  /** The path of an entry within the folder. @throws PackFailure when it would leave it */
  path(name: string): string {
    const path = resolve(this.folder, name)
    const leaves =
      name.includes('\0') ||
      /^([/\\]|[a-z]:)/i.test(name) ||
      name.split(/[/\\]/).includes('..') ||
      !(path + sep).startsWith(this.folder + sep)
    if (leaves)
      throw new PackFailure(
        'bad_input',
        `the archive has an entry that leaves its folder: ${JSON.stringify(name.slice(0, 200))}`,
      )
    if (name.includes('\uFFFD')) this.unpacked.misnamed += 1
    return path
  }

  file(bytes: number): void {
    this.unpacked.files += 1
    this.unpacked.bytes += bytes
    if (this.unpacked.files > this.limits.files)
      throw new PackFailure('bad_input', `the archive has more than ${this.limits.files} files`)
    if (this.unpacked.bytes > this.limits.bytes) throw tooMuch(this.limits)
  }
}
const tooMuch = (limits: Limits) =>
  new PackFailure('bad_input', `the archive unpacks to more than ${limits.bytes} bytes`)

const FILE_TYPE = 0o170000
const REGULAR = 0o100000

async function unzip(archive: string, to: string, budget: Budget, tell: Tell): Promise<void> {
  const zip = await yauzl.openPromise(archive, { decodeStrings: false, validateEntrySizes: true, autoClose: false })
  try {
    for await (const entry of zip.eachEntry()) {
      const name = nameOf(entry)
      const path = budget.path(name)
      const type = (entry.externalFileAttributes >>> 16) & FILE_TYPE
      if (name.endsWith('/')) {
        await mkdir(path, { recursive: true })
      } else if (type !== 0 && type !== REGULAR) {
        budget.unpacked.skipped += 1
      } else {
        if (entry.isEncrypted())
          throw new PackFailure('bad_input', 'the .zip is encrypted: only archives without a password are taken')
        budget.file(entry.uncompressedSize)
        await mkdir(dirname(path), { recursive: true })
        const sum = new Checksum()
        await pipeline(await zip.openReadStreamPromise(entry), sum, createWriteStream(path))
        if (sum.value !== entry.crc32) throw new Error(`the checksum of ${name} does not match`)
      }
      tell(budget.unpacked, zip.entriesRead / Math.max(1, zip.entryCount))
    }
  } finally {
    zip.close()
  }
}

/** Some archivers write UTF-8 without saying so; a name that is none is in the old DOS code page. */
function nameOf(entry: yauzl.Entry): string {
  const raw = entry.fileNameRaw
  const isUtf8 = raw.equals(Buffer.from(raw.toString('utf8'), 'utf8'))
  return yauzl.getFileNameLowLevel(
    isUtf8 ? entry.generalPurposeBitFlag | 0x800 : entry.generalPurposeBitFlag,
    raw,
    entry.extraFields,
    false,
  )
}

class Checksum extends Transform {
  value = 0
  override _transform(part: Buffer, _: BufferEncoding, done: (error: null, part: Buffer) => void): void {
    this.value = crc32(part, this.value)
    done(null, part)
  }
}

const TAR_FILES = new Set(['File', 'OldFile', 'ContiguousFile'])

async function untar(
  archive: string,
  to: string,
  budget: Budget,
  tell: Tell,
  { gzip, size, limits }: { gzip: boolean; size: number; limits: Limits },
) {
  let refusal: Error | null = null
  const input = createReadStream(archive)
  const filter = (name: string, entry: ReadEntry | object) => {
    if (refusal !== null) return false
    const { type, size: bytes = 0 } = entry as ReadEntry
    try {
      budget.path(name)
      if (type === 'Directory') return true
      if (!TAR_FILES.has(type)) {
        budget.unpacked.skipped += 1
        return false
      }
      budget.file(bytes)
    } catch (error) {
      refusal = error as Error
      return false
    }
    tell(budget.unpacked, input.bytesRead / size)
    return true
  }
  // Headers and skipped entries count as well, so that no bomb is made of them.
  const allowed = 2 * limits.bytes + 2048 * limits.files
  let inflated = 0
  const stopper = new Transform({
    transform(part: Buffer, _, done) {
      inflated += part.length
      if (inflated > allowed) refusal ??= tooMuch(limits)
      done(refusal, part)
    },
  })
  const unpacker = extract({ cwd: to, filter, strict: true, preservePaths: false, noChmod: true, preserveOwner: false })
  if (gzip) await pipeline(input, createGunzip(), stopper, unpacker)
  else await pipeline(input, stopper, unpacker)
  if (refusal !== null) throw refusal as Error
}
