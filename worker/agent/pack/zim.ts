import { readFile, rm, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { PackParams } from './config'
import { PackFailure } from './failure'
import type { Survey } from './site'
import { runTool } from './tool'

export type Book = {
  site: string
  welcome: string
  illustration: string
  target: string
  threads: number
  survey: Survey
}
type Tell = (line: string) => void

const POLL = 500
/** With less than this left on the disk, in bytes, it is the disk that made the program fail. */
const FULL = 4 * 1024 ** 2

/** Writes a folder into a ZIM file. `tell` hears the lines, `advance` the part that is done, from 0 to 1. @throws PackFailure */
export async function writeZim(
  params: PackParams,
  book: Book,
  tell: Tell,
  advance: (part: number) => void,
): Promise<void> {
  await rm(book.target, { force: true })
  const args = await argumentsOf(params, book, tell)
  let noRoom = false
  let done = 0
  const further = (part: number) => {
    done = Math.max(done, Math.min(1, part))
    advance(done)
  }
  let over = false
  let polling: NodeJS.Timeout | undefined
  const ended = await runTool('zimwriterfs', args, {
    out: (line) => {
      tell(line)
      noRoom ||= /no space left|disk full/i.test(line)
      const added = /\bA:(\d+);/.exec(line)?.[1]
      if (added !== undefined) further(Number(added) / Math.max(1, book.survey.files))
    },
    started: (pid) => {
      const look = async () => {
        const bytes = await bytesRead(pid)
        if (!over) further(bytes / Math.max(1, book.survey.bytes))
      }
      polling = setInterval(() => void look(), POLL)
    },
  }).finally(() => {
    over = true
    clearInterval(polling)
  })
  if (ended.code === 0) return
  const { bavail, bsize } = await statfs(dirname(book.target))
  if (noRoom || bavail * bsize < FULL)
    throw new PackFailure('disk_full', 'there is no room left on the disk for the ZIM file')
  if (ended.signal === 'SIGKILL')
    throw new PackFailure('oom', 'zimwriterfs was killed, as the system does when memory runs out')
  throw new PackFailure('exit_code', `zimwriterfs ended with ${ended.code ?? ended.signal}: see the log`)
}

async function argumentsOf(p: PackParams, book: Book, tell: Tell): Promise<string[]> {
  const optional: Record<string, string | undefined> = {
    '--tags': p.tags,
    '--flavour': p.flavour,
    '--source': p['source-url'] ?? publicAddress(p.source),
    '--longDescription': p['long-description'],
  }
  if (p['long-description'] !== undefined && !(await knowsLongDescription())) {
    tell('this zimwriterfs is too old to write the long description: it is left out')
    delete optional['--longDescription']
  }
  return [
    ...[
      '--verbose',
      '--welcome',
      book.welcome,
      '--illustration',
      book.illustration,
      '--language',
      p.language,
      '--title',
      p.title,
    ],
    ...[
      '--description',
      p.description,
      '--creator',
      p.creator,
      '--publisher',
      p.publisher,
      '--name',
      p.name,
      '--scraper',
      'croft',
    ],
    ...['--threads', String(book.threads)],
    ...Object.entries(optional).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value])),
    book.site,
    book.target,
  ]
}

/** The address of the source as the book may tell it: without credentials and without a signed query. */
function publicAddress(source: string): string | undefined {
  if (!/^https?:/i.test(source) || !URL.canParse(source)) return undefined
  const { origin, pathname } = new URL(source)
  return origin + pathname
}

async function knowsLongDescription(): Promise<boolean> {
  let help = ''
  await runTool('zimwriterfs', ['--help'], { out: (line) => (help += line) })
  return help.includes('--longDescription')
}

/** How much a process has read so far, where the system tells (Linux); it reads each file of the site once. */
async function bytesRead(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/io`, 'utf8').catch(() => '')
  return Number(/^rchar: (\d+)$/m.exec(text)?.[1] ?? 0)
}
