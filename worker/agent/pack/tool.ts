import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { PackFailure } from './failure'

type Hearing = { out: (line: string) => void; err?: (line: string) => void; started?: (pid: number) => void }
export type Ended = { code: number | null; signal: NodeJS.Signals | null }

/** Runs a program of zim-tools and hears its lines; without `err` both streams go to `out`. @throws PackFailure tool_missing */
export function runTool(name: string, args: readonly string[], { out, err = out, started }: Hearing): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    createInterface({ input: child.stdout }).on('line', out)
    createInterface({ input: child.stderr }).on('line', err)
    child.once('spawn', () => started?.(child.pid ?? 0))
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const missing = cause.code === 'ENOENT' || cause.code === 'EACCES'
      const how = 'install zim-tools (Debian and Ubuntu: apt-get install zim-tools)'
      fail(
        missing ? new PackFailure('tool_missing', `${name} is not installed on this worker: ${how}`, { cause }) : cause,
      )
    })
    child.once('close', (code, signal) => done({ code, signal }))
  })
}
