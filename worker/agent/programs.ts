import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { fileCheck } from '#lib/contract/task'
import type * as wire from '#lib/contract/worker'
import { REASON_CODES, type ReasonCode } from '#lib/core/task'
import { hasTool } from './machine'
import type { PackConfig } from './pack/config'
import type { AgentSettings } from './settings'

export type Lease = z.output<typeof wire.lease>
export type Made = {
  name: string
  check: { result: number; log?: string | null; details?: unknown; info?: unknown } | null
}

/** How a task type runs on this machine. */
export type Program = {
  taskType: string
  /** Null when it can run here, else what is missing and how to get it. */
  missing: () => Promise<string | null>
  /** Writes what the program reads into the work folder; gives the command. */
  prepare: (
    lease: Lease,
    folder: string,
  ) => Promise<{ command: readonly [string, ...string[]]; env: Record<string, string> }>
  /** Whether a line of standard error is for the agent (its `failure`) and not for those who read the log. */
  speaksToAgent: (line: string) => boolean
  failure: (exitCode: number, lastError: string) => { reasonCode: ReasonCode; reasonText: string }
  /** The files to upload, within `output/`, with what the program's own check said. */
  files: (folder: string) => Promise<Made[]>
}

const failure = z.object({ reasonCode: z.enum(REASON_CODES), reasonText: z.string() })
const result = z.object({
  files: z.array(z.object({ name: z.string(), check: fileCheck.omit({ at: true }).nullable() })),
})

function verdictOf(line: string): z.output<typeof failure> | null {
  if (!line.startsWith('{"reasonCode"')) return null
  try {
    return failure.parse(JSON.parse(line))
  } catch {
    return null
  }
}

/** The programs that this agent knows. `token` gives the credential for sources that were uploaded to the farm. */
export function programs(settings: AgentSettings, token: () => string | null): Program[] {
  return [
    {
      taskType: 'zimwriterfs',
      missing: async () =>
        (await hasTool('zimwriterfs'))
          ? null
          : 'zimwriterfs is not installed: install zim-tools (Debian and Ubuntu: apt-get install zim-tools)',
      async prepare(lease, folder) {
        const { params } = lease.task.config
        const own = token()
        const needsFarm = typeof params.source === 'string' && params.source.startsWith('file:') && own !== null
        const config: PackConfig = {
          params,
          period: new Date(lease.task.requestedAt).toISOString().slice(0, 7),
          builtin: settings.CROFT_AGENT_SOURCES,
          farm: needsFarm ? { url: settings.CROFT_URL, token: own } : null,
          limits: {
            bytes: Math.max(lease.task.resources.disk, 1024 ** 2),
            files: 500_000,
            threads: Math.max(1, Math.floor(lease.task.resources.cpu)),
          },
        }
        await writeFile(join(folder, 'config.json'), JSON.stringify(config), { mode: 0o600 })
        const { PATH = '', LANG = 'C.UTF-8' } = process.env
        return {
          command: [process.execPath, ...process.execArgv, process.argv[1] ?? '', 'pack', folder],
          env: { PATH, LANG, HOME: folder, TMPDIR: folder },
        }
      },
      speaksToAgent: (line) => verdictOf(line) !== null,
      failure: (exitCode, lastError) =>
        verdictOf(lastError) ?? {
          reasonCode: exitCode === 137 ? 'oom' : 'exit_code',
          reasonText: `the program ended with ${exitCode}`,
        },
      files: async (folder) => result.parse(JSON.parse(await readFile(join(folder, 'result.json'), 'utf8'))).files,
    },
  ]
}
