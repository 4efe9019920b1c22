import { spawn } from 'node:child_process'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import type { Ending, Executor, LogLine, Usage } from './executor'

/** How often memory and disk are looked at, and how long a group has to end by itself, in milliseconds. */
const WATCH_MS = 1_000
const GRACE_MS = 3_000
/** Longer lines are cut. */
const LINE_LIMIT = 20_000

type Measured = { rss: number; cpu: number }
const TICKS = 100
const PAGE = 4096

/** Memory in bytes and CPU seconds of all processes of a group, from /proc; null where there is none (other systems). */
export async function measureGroup(group: number): Promise<Measured | null> {
  const ids = await readdir('/proc').catch(() => null)
  if (ids === null) return null
  const sum = { rss: 0, cpu: 0 }
  for (const id of ids.filter((name) => /^\d+$/.test(name))) {
    const text = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    if (Number(fields[2]) !== group) continue
    sum.cpu += (Number(fields[11]) + Number(fields[12])) / TICKS
    sum.rss += Number(fields[21]) * PAGE
  }
  return sum
}

/** Bytes that a folder takes on the disk. */
export async function diskUse(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) bytes += await diskUse(path)
    else bytes += ((await stat(path).catch(() => null))?.blocks ?? 0) * 512
  }
  return bytes
}

export function signalGroup(group: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-group, signal)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

const groupLives = (group: number) => {
  try {
    process.kill(-group, 0)
    return true
  } catch {
    return false
  }
}

/** Ends a process group: asks, waits three seconds, then kills. Resolves when nobody of it is left. */
export async function endGroup(group: number): Promise<void> {
  signalGroup(group, 'SIGTERM')
  for (let waited = 0; groupLives(group) && waited < GRACE_MS; waited += 50) await wait(50)
  signalGroup(group, 'SIGKILL')
  for (let waited = 0; groupLives(group) && waited < 2_000; waited += 50) await wait(50)
}

const NOTE = 'process.json'
const startOf = async (pid: number) => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

/** Ends what an agent that was killed left running in a work folder, if it still is what was noted there. */
export async function endLeftOver(folder: string): Promise<void> {
  const text = await readFile(join(folder, NOTE), 'utf8').catch(() => null)
  if (text === null) return
  const { group, start } = JSON.parse(text) as { group: number; start: string }
  if (start !== '' && (await startOf(group)) === start) await endGroup(group)
}

/** Splits a stream into lines; a carriage return ends a line as well, as progress bars use it. Waits for each line to be taken. */
async function readLines(source: Readable, take: (text: string) => void | Promise<void>): Promise<void> {
  const decoder = new TextDecoder('utf-8')
  let rest = ''
  for await (const chunk of source) {
    rest += decoder.decode(chunk as Buffer, { stream: true })
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    if (rest.length > LINE_LIMIT) {
      lines.push(rest)
      rest = ''
    }
    for (const line of lines) await take(line.slice(0, LINE_LIMIT))
  }
  rest += decoder.decode()
  if (rest !== '') await take(rest.replace(/\r$/, '').slice(0, LINE_LIMIT))
}

/** Work as a child process in a process group of its own; memory, disk and time are watched. */
export const processExecutor: Executor = {
  async run(work, { stop, onLine, onUsage }) {
    const [program, ...args] = work.command
    const env = { ...work.env } as NodeJS.ProcessEnv
    const child = spawn(program, args, { cwd: work.folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    const exited = new Promise<number>((done) => {
      child.once('exit', (code, signal) => done(code ?? (signal === 'SIGKILL' ? 137 : 143)))
    })
    let lastError = ''
    const take = (stream: LogLine['stream']) => (text: string) => {
      if (stream === 'stderr' && text.trim() !== '') lastError = text
      return onLine({ stream, at: new Date().toISOString(), text: text.replaceAll('\u0000', '�') })
    }
    // At once: what nobody reads is thrown away when a quick child ends.
    const reading = Promise.all([readLines(child.stdout, take('stdout')), readLines(child.stderr, take('stderr'))])
    const failed = await new Promise<Error | null>((done) => {
      child.once('spawn', () => done(null))
      child.once('error', done)
    })
    const group = child.pid
    if (failed !== null || group === undefined) {
      return {
        kind: 'killed',
        reasonCode: 'tool_missing',
        reasonText: `${program} could not be started: ${failed?.message ?? 'no process'}`,
      }
    }
    await writeFile(join(work.folder, NOTE), JSON.stringify({ group, start: await startOf(group) }))
    let verdict: Ending | null = null
    const over = new AbortController()
    const kill = (ending: Ending) => {
      if (verdict !== null) return
      verdict = ending
      void endGroup(group)
    }
    const onStop = () => kill({ kind: 'stopped' })
    stop.addEventListener('abort', onStop)
    if (stop.aborted) onStop()
    const watching = watch(group, work, over.signal, onUsage, kill)
    const exitCode = await exited
    await endGroup(group)
    await reading
    over.abort()
    await watching
    stop.removeEventListener('abort', onStop)
    return verdict ?? { kind: 'exited', exitCode, lastError }
  },
}

async function watch(
  group: number,
  work: { folder: string; memory: number; disk: number; timeLimit: number },
  over: AbortSignal,
  onUsage: (usage: Usage) => void,
  kill: (ending: Ending) => void,
): Promise<void> {
  const until = work.timeLimit > 0 ? performance.now() + work.timeLimit * 1000 : Infinity
  let highest = 0
  let cpu = 0
  while (!over.aborted) {
    const measured = await measureGroup(group)
    const used = await diskUse(work.folder)
    highest = Math.max(highest, measured?.rss ?? 0)
    cpu = Math.max(cpu, measured?.cpu ?? 0)
    onUsage({
      memory: { usage: measured?.rss ?? 0, max_usage: highest },
      disk: { used },
      cpu: { seconds: Math.round(cpu * 10) / 10 },
    })
    if (work.memory > 0 && (measured?.rss ?? 0) > work.memory) {
      kill({
        kind: 'killed',
        reasonCode: 'oom',
        reasonText: `used ${measured?.rss} bytes of memory; ${work.memory} were given`,
      })
    }
    if (work.disk > 0 && used > work.disk) {
      kill({
        kind: 'killed',
        reasonCode: 'disk_full',
        reasonText: `used ${used} bytes of disk; ${work.disk} were given`,
      })
    }
    if (performance.now() > until)
      kill({ kind: 'killed', reasonCode: 'timeout', reasonText: `ran longer than ${work.timeLimit} seconds` })
    await wait(Math.min(WATCH_MS, Math.max(10, until - performance.now())), undefined, { signal: over }).catch(
      () => undefined,
    )
  }
}
