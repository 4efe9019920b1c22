import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { setTimeout as wait } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { extract, type ReadEntry } from 'tar'
import yauzl from 'yauzl'
import { PackFailure } from './failure'

export type Limits = { bytes: number; files: number }
type Tell = (message: string, done: number, total: number) => void

const TRIES = 4

/** Downloads an address to a file, with a few tries. @throws PackFailure network, bad_input, disk_full */
export async function download(
  url: string,
  to: string,
  options: { limit: number; headers?: Record<string, string>; tell: Tell },
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await downloadOnce(url, to, options)
      return
    } catch (error) {
      if (!(error instanceof PackFailure) || error.reasonCode !== 'network' || attempt >= TRIES) throw error
      options.tell(`${error.message}; trying again (${attempt} of ${TRIES - 1})`, 0, 0)
      await wait(500 * 2 ** attempt)
    }
  }
}

async function downloadOnce(
  url: string,
  to: string,
  { limit, headers, tell }: { limit: number; headers?: Record<string, string>; tell: Tell },
) {
  const shown = new URL(url).origin + new URL(url).pathname
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(60 * 60_000) }).catch((cause: unknown) => {
    throw new PackFailure('network', `${shown} could not be reached`, { cause })
  })
  if (response.status >= 500 || response.status === 429)
    throw new PackFailure('network', `${shown} answered ${response.status}`)
  if (!response.ok || response.body === null)
    throw new PackFailure('bad_input', `${shown} answered ${response.status}: is the address right?`)
  const length = Number(response.headers.get('content-length') ?? 0)
  if (length > limit) throw new PackFailure('bad_input', `the source has ${length} bytes; at most ${limit} are taken`)
  let size = 0
  let told = 0
  const meter = new Transform({
    transform(part: Buffer, _, done) {
      size += part.length
      if (size > limit) return done(new PackFailure('bad_input', `the source has more than ${limit} bytes`))
      if (Date.now() - told > 500) {
        told = Date.now()
        tell(`downloaded ${size} bytes`, size, length)
      }
      done(null, part)
    },
  })
  try {
    await pipeline(Readable.fromWeb(response.body as WebStream), meter, createWriteStream(to))
  } catch (cause) {
    if (cause instanceof PackFailure || (cause as NodeJS.ErrnoException).code === 'ENOSPC') throw cause
    throw new PackFailure('network', `the download of ${shown} was cut off after ${size} bytes`, { cause })
  }
  const encoded = response.headers.get('content-encoding') !== null
  if (length > 0 && size !== length && !encoded)
    throw new PackFailure('network', `the download of ${shown} was cut off after ${size} of ${length} bytes`)
  tell(`downloaded ${size} bytes from ${shown}`, size, size)
}

/** Unpacks a .zip or .tar.gz, known by its first bytes; nothing may leave the folder. @throws PackFailure bad_input */
export async function unpack(archive: string, to: string, limits: Limits): Promise<number> {
  await mkdir(to, { recursive: true })
  const start = await firstBytes(archive)
  if (start.startsWith('504b0304')) return unzip(archive, to, limits)
  if (start.startsWith('1f8b')) return untar(archive, to, limits)
  throw new PackFailure('bad_input', 'the source is neither a .zip nor a .tar.gz archive')
}

async function firstBytes(path: string): Promise<string> {
  const handle = await open(path)
  const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0)
  await handle.close()
  return buffer.toString('hex')
}

const tooMany = (limits: Limits) => new PackFailure('bad_input', `the archive has more than ${limits.files} files`)
const tooMuch = (limits: Limits) =>
  new PackFailure('bad_input', `the archive unpacks to more than ${limits.bytes} bytes`)

/** The path of an entry within the folder. @throws PackFailure when it would leave it */
function inside(folder: string, name: string): string {
  const path = resolve(folder, name)
  if (name.includes('\0') || /^([/\\]|[a-z]:)/i.test(name) || !(path + sep).startsWith(folder + sep)) {
    throw new PackFailure(
      'bad_input',
      `the archive has an entry that leaves its folder: ${JSON.stringify(name.slice(0, 200))}`,
    )
  }
  return path
}

async function unzip(archive: string, to: string, limits: Limits): Promise<number> {
  const zip = await new Promise<yauzl.ZipFile>((done, fail) =>
    yauzl.open(archive, { lazyEntries: true, validateEntrySizes: true }, (error, file) =>
      error !== null ? fail(new PackFailure('bad_input', `the .zip cannot be read: ${error.message}`)) : done(file),
    ),
  )
  let files = 0
  let bytes = 0
  const one = async (entry: yauzl.Entry) => {
    const path = inside(to, entry.fileName)
    if (entry.fileName.endsWith('/')) return void (await mkdir(path, { recursive: true }))
    const type = (entry.externalFileAttributes >>> 16) & 0o170000
    if (type !== 0 && type !== 0o100000) return
    if (++files > limits.files) throw tooMany(limits)
    bytes += entry.uncompressedSize
    if (bytes > limits.bytes) throw tooMuch(limits)
    await mkdir(resolve(path, '..'), { recursive: true })
    const stream = await new Promise<Readable>((done, fail) =>
      zip.openReadStream(entry, (error, opened) => (error !== null ? fail(error) : done(opened))),
    )
    await pipeline(stream, createWriteStream(path))
  }
  return new Promise((done, fail) => {
    const refuse = (error: unknown) => {
      zip.close()
      const cause = error instanceof Error ? error : new Error(String(error))
      const known = cause instanceof PackFailure || (cause as NodeJS.ErrnoException).code === 'ENOSPC'
      fail(known ? cause : new PackFailure('bad_input', `the .zip is damaged: ${cause.message}`))
    }
    zip.on('entry', (entry: yauzl.Entry) => void one(entry).then(() => zip.readEntry(), refuse))
    zip.on('end', () => done(files))
    zip.on('error', refuse)
    zip.readEntry()
  })
}

async function untar(archive: string, to: string, limits: Limits): Promise<number> {
  let files = 0
  let bytes = 0
  let refusal: PackFailure | null = null
  const filter = (name: string, entry: ReadEntry | object) => {
    const { type, size } = entry as ReadEntry
    try {
      inside(to, name)
    } catch (error) {
      refusal ??= error as PackFailure
      return false
    }
    if (type !== 'File' && type !== 'OldFile' && type !== 'ContiguousFile') return type === 'Directory'
    files += 1
    bytes += size ?? 0
    if (files > limits.files) refusal ??= tooMany(limits)
    if (bytes > limits.bytes) refusal ??= tooMuch(limits)
    return refusal === null
  }
  const stopper = new Transform({
    transform: (part, _, done) => done(refusal, part),
  })
  try {
    await pipeline(
      createReadStream(archive),
      createGunzip(),
      stopper,
      extract({ cwd: to, filter, strict: true, preservePaths: false, noChmod: true }),
    )
  } catch (error) {
    if (error instanceof PackFailure || (error as NodeJS.ErrnoException).code === 'ENOSPC') throw error
    throw new PackFailure(
      'bad_input',
      `the .tar.gz is damaged: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  if (refusal !== null) throw refusal as PackFailure
  return files
}

/** The folder that holds the site: an archive's only folder is opened. */
export async function siteFolder(folder: string): Promise<string> {
  const entries = (await readdir(folder)).filter((name) => name !== '__MACOSX' && name !== '.DS_Store')
  const [only] = entries
  if (entries.length === 1 && only !== undefined && (await stat(join(folder, only))).isDirectory()) {
    await rm(join(folder, '__MACOSX'), { recursive: true, force: true })
    return siteFolder(join(folder, only))
  }
  return folder
}
