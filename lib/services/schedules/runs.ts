import type { ReasonCode, TaskStatus } from '#lib/core/task'
import type { TaskFile } from '#lib/core/task-view'
import type { ReadContext } from '../context'
import { toFile } from '../tasks/view'
import { scheduleIdOf } from './get'

export type Run = {
  id: string
  status: TaskStatus
  requestedAt: Date
  startedAt: Date | null
  endedAt: Date | null
  reasonCode: ReasonCode | null
  worker: string | null
  /** The most that was measured; null where the worker tells nothing of it. */
  used: { memory: number | null; disk: number | null; cpuSeconds: number | null }
  files: TaskFile[]
}

const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)
const within = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined

/** The last tasks of a schedule, newest first, with what they took and made. @throws CroftError not_found */
export async function scheduleRuns(ctx: ReadContext, nameOrId: string, limit: number): Promise<Run[]> {
  const scheduleId = await scheduleIdOf(ctx, nameOrId)
  const rows = await ctx.db.task.findMany({
    where: { scheduleId },
    orderBy: { updatedAt: 'desc' },
    take: limit,
    select: {
      id: true,
      status: true,
      requestedAt: true,
      startedAt: true,
      endedAt: true,
      reasonCode: true,
      config: true,
      upload: true,
      worker: { select: { name: true } },
      report: { select: { stats: true } },
      files: { where: { kind: 'result' }, orderBy: { createdAt: 'asc' } },
    },
  })
  return rows.map(({ report, worker, files, config, upload, ...row }) => ({
    ...row,
    reasonCode: row.reasonCode as ReasonCode | null,
    worker: worker?.name ?? null,
    used: {
      memory: number(within(within(report?.stats, 'memory'), 'max_usage')),
      disk: number(within(within(report?.stats, 'disk'), 'used')),
      cpuSeconds: number(within(within(report?.stats, 'cpu'), 'seconds')),
    },
    files: files.map((file) => toFile(file, { config, upload })),
  }))
}
