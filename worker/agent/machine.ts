import { execFile } from 'node:child_process'
import { readFile, statfs } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { promisify } from 'node:util'
import type { Resources } from '#lib/core/resources'
import type { AgentSettings } from './settings'

const number = async (path: string) => Number((await readFile(path, 'utf8').catch(() => '')).trim() || NaN)

/** The memory that this process may use: the machine's, or less where a control group (v1 or v2) says so. */
async function memoryLimit(): Promise<number> {
  const limits = [
    await number('/sys/fs/cgroup/memory.max'),
    await number('/sys/fs/cgroup/memory/memory.limit_in_bytes'),
  ]
  return Math.min(totalmem(), ...limits.filter((limit) => Number.isFinite(limit) && limit > 0))
}

/** What the machine has, or less where the settings say so. Memory and disk in bytes. */
export async function discover(settings: AgentSettings): Promise<Resources> {
  const { bavail, bsize } = await statfs(settings.CROFT_AGENT_HOME)
  const least = (own: number, limit: number | undefined) => Math.min(own, limit ?? Infinity)
  return {
    cpu: least(availableParallelism(), settings.CROFT_AGENT_CPUS),
    memory: least(Math.floor((await memoryLimit()) * 0.9), settings.CROFT_AGENT_MEMORY),
    disk: least(Math.floor(bavail * bsize * 0.9), settings.CROFT_AGENT_DISK),
  }
}

/** Whether a program answers on this machine. */
export async function hasTool(name: string, flag = '--version'): Promise<boolean> {
  return promisify(execFile)(name, [flag]).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  )
}
