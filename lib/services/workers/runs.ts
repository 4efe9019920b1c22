import { CroftError } from '#lib/core/error'
import type { ReasonCode } from '#lib/core/task'
import { runsOf, type Run } from '#lib/db/runs'
import { sqlOf } from '#lib/db/sql'
import type { ReadContext } from '../context'
import { readOutlook } from '../stats/outlook'

export type RunView = Omit<Run, 'workerId' | 'reasonCode'> & { reasonCode: ReasonCode | null }
export type Lane = {
  worker: string
  cpu: number
  runs: RunView[]
  /** What comes next if nothing changes. */
  next: { taskId: string; name: string; from: Date; to: Date }[]
}
const MOST_RUNS = 500
const LONGEST_MS = 92 * 86_400_000

/** What some workers have run, run and are expected to run next, each on a lane; by name, or one worker alone. */
export async function timeline(
  ctx: ReadContext,
  input: { from: Date; to: Date; worker?: string; names?: string[]; perWorker?: number },
): Promise<Lane[]> {
  const { from, to, worker, names } = input
  if (!(from < to) || to.getTime() - from.getTime() > LONGEST_MS)
    throw new CroftError('invalid', '`from` must be before `to`, at most 92 days')
  const workers = await ctx.db.worker.findMany({
    where: { deletedAt: null, ...(worker !== undefined ? { name: worker } : { name: { in: names ?? [] } }) },
    select: { id: true, name: true, cpu: true },
    orderBy: { name: 'asc' },
  })
  if (worker !== undefined && workers.length === 0) throw new CroftError('not_found', `there is no worker ${worker}`)
  const perWorker = Math.min(MOST_RUNS, input.perWorker ?? MOST_RUNS)
  const [runs, outlook] = await Promise.all([
    runsOf(sqlOf(ctx.db), { workerIds: workers.map(({ id }) => id), from, to, perWorker }),
    readOutlook(ctx),
  ])
  return workers.map(({ id, name, cpu }) => ({
    worker: name,
    cpu,
    runs: runs
      .filter((run) => run.workerId === id)
      .map(({ taskId, name: of, taskType, attempt, from: begin, to: end, outcome, reasonCode }) => ({
        ...{ taskId, name: of, taskType, attempt, from: begin, to: end, outcome },
        reasonCode: reasonCode as ReasonCode | null,
      })),
    next: (outlook?.ticks ?? [])
      .filter((tick) => tick.workerId === id && tick.from < to.getTime())
      .map((tick) => ({ taskId: tick.taskId, name: tick.name, from: new Date(tick.from), to: new Date(tick.to) })),
  }))
}
