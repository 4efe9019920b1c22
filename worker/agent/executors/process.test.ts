import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Ending, LogLine, Usage, Work } from './executor'
import { endLeftOver, measureGroup, processExecutor } from './process'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'croft-process-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function run(script: string, change: Partial<Work> = {}, stop = new AbortController()) {
  const lines: LogLine[] = []
  const usage: Usage[] = []
  const work: Work = {
    command: ['bash', '-c', script],
    folder,
    env: { PATH: process.env.PATH ?? '' },
    memory: 0,
    disk: 0,
    timeLimit: 0,
    ...change,
  }
  const ending: Ending = await processExecutor.run(work, {
    stop: stop.signal,
    onLine: (line) => void lines.push(line),
    onUsage: (one) => void usage.push(one),
  })
  return { ending, lines, usage }
}
const alive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('a child process', () => {
  it('tells its exit code, both streams in order, and the last thing it said', async () => {
    const { ending, lines } = await run('echo one; echo two; echo bad >&2; exit 7')
    expect(ending).toEqual({ kind: 'exited', exitCode: 7, lastError: 'bad' })
    expect(lines.filter((line) => line.stream === 'stdout').map((line) => line.text)).toEqual(['one', 'two'])
  })
  it('loses no line of a flood', async () => {
    const { lines } = await run('seq 1 100000')
    expect(lines).toHaveLength(100_000)
    expect(lines.at(-1)?.text).toBe('100000')
  })
  it('may write a last line without an end, progress bars, bytes that are no text, and lines without end', async () => {
    const { lines } = await run(
      `printf 'a\\rb\\nlast'; printf '\\n\\xff\\xfe\\n'; head -c 50000 /dev/zero | tr '\\0' x`,
    )
    expect(lines.slice(0, 3).map((line) => line.text)).toEqual(['a', 'b', 'last'])
    expect(lines[3]?.text).toBe('��')
    expect(Math.max(...lines.map((line) => line.text.length))).toBe(20_000)
  })
  it('sees nothing of our environment', async () => {
    process.env.CROFT_TOKEN = 'secret'
    const { lines } = await run('env')
    delete process.env.CROFT_TOKEN
    expect(lines.map((line) => line.text).join()).not.toContain('secret')
  })
  it('ends with all its children when it is stopped, also when it does not listen', async () => {
    const stop = new AbortController()
    const script = `trap '' TERM; bash -c 'trap "" TERM; echo $$; exec sleep 300' & wait; sleep 300`
    const lines: LogLine[] = []
    const running = processExecutor.run(
      {
        command: ['bash', '-c', script],
        folder,
        env: { PATH: process.env.PATH ?? '' },
        memory: 0,
        disk: 0,
        timeLimit: 0,
      },
      { stop: stop.signal, onLine: (line) => void (lines.push(line), stop.abort()), onUsage: () => undefined },
    )
    expect(await running).toEqual({ kind: 'stopped' })
    expect(alive(Number(lines[0]?.text))).toBe(false)
  })
  it('is killed at its time limit', async () => {
    expect((await run('sleep 60', { timeLimit: 1 })).ending).toMatchObject({ kind: 'killed', reasonCode: 'timeout' })
  })
  it('is killed when it takes too much memory', async () => {
    const { ending, usage } = await run(
      `exec ${process.execPath} -e "const a=[];for(let i=0;i<30;i++)a.push(Buffer.alloc(10485760,1));setTimeout(()=>a,60000)"`,
      { memory: 150 * 1024 ** 2 },
    )
    expect(ending).toMatchObject({ kind: 'killed', reasonCode: 'oom' })
    expect(usage.at(-1)?.memory.max_usage).toBeGreaterThan(150 * 1024 ** 2)
  })
  it('is killed when it takes too much disk', async () => {
    expect((await run('head -c 30000000 /dev/zero > big; sleep 60', { disk: 10_000_000 })).ending).toMatchObject({
      kind: 'killed',
      reasonCode: 'disk_full',
    })
  })
  it('that cannot be started says so', async () => {
    const { ending } = await run('', { command: ['no-such-program'] })
    expect(ending).toMatchObject({ kind: 'killed', reasonCode: 'tool_missing' })
  })
})

it('clears what a killed agent left running, and only that', async () => {
  const { spawn } = await import('node:child_process')
  const child = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' })
  const group = child.pid ?? 0
  const gone = new Promise((done) => child.once('exit', done))
  expect(await measureGroup(group)).not.toBeNull()
  await writeFile(join(folder, 'process.json'), JSON.stringify({ group, start: '1' }))
  await endLeftOver(folder)
  expect(alive(group)).toBe(true)
  const { readFile } = await import('node:fs/promises')
  const stat = await readFile(`/proc/${group}/stat`, 'utf8')
  await writeFile(
    join(folder, 'process.json'),
    JSON.stringify({ group, start: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] }),
  )
  await endLeftOver(folder)
  await gone
  expect(alive(group)).toBe(false)
})
