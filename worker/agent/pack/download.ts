import { createWriteStream } from 'node:fs'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { setTimeout as wait } from 'node:timers/promises'
import { isDiskFull, PackFailure } from './failure'

/** Called a few times a second, with what came and what is expected, in bytes; 0 is not known. */
type Tell = (message: string, done: number, total: number) => void
export type DownloadOptions = {
  /** The most that is taken, in bytes. */
  limit: number
  /** Sent to the first address only, not to where it redirects. */
  headers?: Record<string, string>
  tell: Tell
  /** Milliseconds to wait before the second try, the third, and so on. */
  pauses?: readonly number[]
  /** Milliseconds without a byte after which a try is given up. */
  idle?: number
}

const PAUSES = [1_000, 4_000, 15_000]
const IDLE = 60_000
const REDIRECTS = 5
const TELL_EVERY = 500
/** Answers that may be better the next time. */
const PASSING = new Set([408, 425, 429])

/** Downloads an address to a file, with a few tries where the network is at fault. @throws PackFailure network, bad_input, disk_full */
export async function download(address: string, to: string, options: DownloadOptions): Promise<void> {
  const pauses = options.pauses ?? PAUSES
  const url = webAddress(address)
  for (let failures = 0; ; failures++) {
    try {
      return await downloadOnce(url, to, options)
    } catch (error) {
      const pause = pauses[failures]
      if (!(error instanceof PackFailure) || error.reasonCode !== 'network' || pause === undefined) throw error
      options.tell(`${error.message}; trying again (${failures + 1} of ${pauses.length})`, 0, 0)
      await wait(pause)
    }
  }
}

function webAddress(address: string, base?: URL): URL {
  const url = URL.canParse(address, base) ? new URL(address, base) : null
  if (url !== null && /^https?:$/.test(url.protocol)) return url
  throw new PackFailure(
    'bad_input',
    base === undefined
      ? 'the source is no address that starts with http:// or https://'
      : `${shown(base)} redirects to what is no http or https address`,
  )
}

/** An address without what may be secret in it. */
export const shown = (url: URL) => url.origin + url.pathname

async function downloadOnce(
  url: URL,
  to: string,
  { limit, headers, tell, idle = IDLE }: DownloadOptions,
): Promise<void> {
  const giveUp = new AbortController()
  const timer = setTimeout(() => giveUp.abort(), idle)
  const networkFailure = (what: string, cause: unknown) =>
    new PackFailure(
      'network',
      giveUp.signal.aborted ? `${shown(url)} sent nothing for ${idle / 1000} seconds` : `${what}${because(cause)}`,
      { cause },
    )
  try {
    const response = await follow(url, headers ?? {}, giveUp.signal).catch((cause: unknown) => {
      if (cause instanceof PackFailure) throw cause
      throw networkFailure(`${shown(url)} could not be reached`, cause)
    })
    if (response.status >= 500 || PASSING.has(response.status))
      throw new PackFailure('network', `${shown(url)} answered ${response.status}`)
    if (!response.ok || response.body === null)
      throw new PackFailure('bad_input', `${shown(url)} answered ${response.status}: is the address right?`)
    const encoded = response.headers.get('content-encoding') !== null
    const length = encoded ? 0 : Number(response.headers.get('content-length') ?? 0)
    if (length > limit) throw new PackFailure('bad_input', `the source has ${length} bytes; at most ${limit} are taken`)
    const meter = new Meter(limit, length, tell, () => timer.refresh())
    try {
      await pipeline(Readable.fromWeb(response.body as WebStream), meter, createWriteStream(to))
    } catch (cause) {
      if (cause instanceof PackFailure || isDiskFull(cause)) throw cause
      throw networkFailure(`the download of ${shown(url)} was cut off after ${meter.size} bytes`, cause)
    }
    if (length > 0 && meter.size !== length)
      throw new PackFailure(
        'network',
        `the download of ${shown(url)} was cut off after ${meter.size} of ${length} bytes`,
      )
    tell(`downloaded ${meter.size} bytes from ${shown(url)}`, meter.size, meter.size)
  } finally {
    clearTimeout(timer)
    giveUp.abort()
  }
}

class Meter extends Transform {
  size = 0
  private told = Date.now()
  constructor(
    private readonly limit: number,
    private readonly length: number,
    private readonly tell: Tell,
    private readonly alive: () => void,
  ) {
    super()
  }
  override _transform(part: Buffer, _: BufferEncoding, done: (error: Error | null, part?: Buffer) => void): void {
    this.alive()
    this.size += part.length
    if (this.size > this.limit)
      return done(new PackFailure('bad_input', `the source has more than ${this.limit} bytes`))
    if (Date.now() - this.told > TELL_EVERY) {
      this.told = Date.now()
      this.tell(`downloaded ${this.size} bytes`, this.size, this.length)
    }
    done(null, part)
  }
}

/** Follows redirects by hand, so that no credential reaches another origin, and no other kind of address is opened. */
async function follow(first: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  let url = first
  for (let hops = 0; hops <= REDIRECTS; hops++) {
    const own: Record<string, string> = { 'accept-encoding': 'identity', ...(url.origin === first.origin && headers) }
    const { username, password } = url
    if (username !== '')
      own.authorization = `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`
    const target = new URL(url)
    target.username = target.password = ''
    const response = await fetch(target, { headers: own, redirect: 'manual', signal })
    const location = response.headers.get('location')
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response
    await response.body?.cancel()
    url = webAddress(location, url)
  }
  throw new PackFailure('bad_input', `${shown(first)} redirects more than ${REDIRECTS} times`)
}

/** What the system said of a failed connection, e.g. ECONNREFUSED. */
function because(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const code = (cause as NodeJS.ErrnoException | null)?.code
  return code === undefined ? '' : ` (${code})`
}
