import { basename } from 'node:path'
import { z } from 'zod'
import type { PackParams } from './config'
import { PackFailure } from './failure'
import { runTool } from './tool'

/** `result` is zimcheck's exit code. `details` is its report, `log` its words where it made none. */
export type Check = { result: number; log: string | null; details: unknown; info: unknown }

const report = z.looseObject({
  logs: z.array(z.looseObject({ check: z.string(), level: z.string(), message: z.string() })).optional(),
})
type Report = z.infer<typeof report>
/** How many faults of one kind are kept in the report and told in the log; all are counted. */
const KEPT = 100
const TOLD = 5
const LOG_LIMIT = 100_000

/**
 * Checks a ZIM file by zimcheck; null where it is not installed, which the log says.
 * A fault of the file itself (checksum, structure, metadata, main page, illustration) always fails: nobody can use such
 * a file. Faults of the content, such as dead links, are the source's own and may be tolerable: they fail only when `strict`.
 * @throws PackFailure check_failed
 */
export async function checkZim(path: string, params: PackParams, say: (line: string) => void): Promise<Check | null> {
  const words: string[] = []
  const hear = (lines: string[]) => (line: string) => void lines.push(line)
  const json: string[] = []
  const ended = await runTool('zimcheck', ['--json', path], { out: hear(json), err: hear(words) }).catch(unlessMissing)
  if (ended === null) {
    say('zimcheck is not installed on this worker: the file was not checked (install zim-tools)')
    return null
  }
  const result = ended.code ?? 1
  const details = reportOf(json.join('\n'), basename(path).replace(/\.part$/, ''))
  for (const line of words) say(`zimcheck: ${line}`)
  for (const line of summary(details)) say(`zimcheck: ${line}`)
  if (result !== 0) {
    const structure = await runTool('zimcheck', ['-C', '-I', '-M', '-P', '-F', path], { out: hear([]) })
    if (structure.code !== 0)
      throw new PackFailure('check_failed', 'zimcheck found the file itself faulty: see the log')
    if (params.strict)
      throw new PackFailure(
        'check_failed',
        `zimcheck found faults in the content (${counts(details)}), and the check is strict: see the log`,
      )
  }
  say(
    result === 0
      ? 'zimcheck: the file is valid'
      : `zimcheck: the file is sound; its content has faults (${counts(details)})`,
  )
  const log = details === null ? [...json, ...words].join('\n').slice(0, LOG_LIMIT) : null
  return { result, log, details, info: await describe(path, params) }
}

function unlessMissing(error: unknown): null {
  if (error instanceof PackFailure && error.reasonCode === 'tool_missing') return null
  throw error
}

type Details = Report & { counts: Record<string, number> }

/** zimcheck's report, with the file's name instead of where it was on this machine, and not longer than one wants to keep. */
function reportOf(text: string, name: string): Details | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const parsed = report.safeParse(value)
  if (!parsed.success) return null
  const counts: Record<string, number> = {}
  const logs = parsed.data.logs?.filter(({ check }) => (counts[check] = (counts[check] ?? 0) + 1) <= KEPT)
  return {
    ...parsed.data,
    file_name: name,
    counts,
    ...(logs !== undefined && { logs: logs.map((entry) => ({ ...entry, message: entry.message.slice(0, 500) })) }),
  }
}

const counts = (details: Details | null) =>
  Object.entries(details?.counts ?? {})
    .map(([check, count]) => `${check}: ${count}`)
    .join(', ') || 'no details'

function summary(details: Details | null): string[] {
  return Object.entries(details?.counts ?? {}).flatMap(([check, count]) => {
    const some = (details?.logs ?? []).filter((entry) => entry.check === check).slice(0, TOLD)
    const lines = some.map(({ level, message }) => `${level} ${check}: ${message.replaceAll('\n', ' ')}`)
    return count > some.length ? [...lines, `… and ${count - some.length} more of ${check}`] : lines
  })
}

/** What is known of the finished file, by zimdump and from the parameters. */
async function describe(path: string, p: PackParams): Promise<Record<string, unknown>> {
  const dumped = new Map<string, string>()
  await runTool('zimdump', ['info', path], {
    out: (line) => {
      const [key = '', ...rest] = line.split(':')
      dumped.set(key.trim(), rest.join(':').trim())
    },
  }).catch(unlessMissing)
  const metadata = {
    Name: p.name,
    Title: p.title,
    Description: p.description,
    Language: p.language,
    Creator: p.creator,
    Publisher: p.publisher,
    Tags: p.tags,
    Flavour: p.flavour,
  }
  const entries = Number(dumped.get('count-entries'))
  return {
    id: dumped.get('uuid') ?? null,
    entries: Number.isNaN(entries) ? null : entries,
    mainPage: dumped.get('main page') ?? null,
    metadata,
  }
}
