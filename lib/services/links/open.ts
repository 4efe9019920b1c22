import { CroftError } from '#lib/core/error'
import { expectedEnd } from '#lib/core/matching'
import { DEFAULT_DURATION_SECONDS } from '#lib/core/schedule'
import { isActive, type Progress, type ReasonCode, type Stage, type TaskStatus } from '#lib/core/task'
import { demandAccount, type ReadContext } from '../context'
import { whyTasks } from '../tasks/why-many'
import { readLink, signLink } from './token'

/** All that somebody with a signed address sees: one task, and nothing else of the farm. */
export type RequesterView = {
  name: string
  status: TaskStatus
  stage: Stage | null
  canceling: boolean
  progress: number | null
  requestedAt: Date
  startedAt: Date | null
  endedAt: Date | null
  rank: number | null
  rankExact: boolean
  expectedStartAt: Date | null
  expectedEndAt: Date | null
  reasonCode: ReasonCode | null
  again: boolean
  files: { id: string; name: string; size: number; sha256: string | null; ready: boolean }[]
  validUntil: Date
}

const SHOWN = {
  id: true,
  scheduleId: true,
  scheduleName: true,
  status: true,
  stage: true,
  cancelRequestedAt: true,
  progress: true,
  requestedAt: true,
  reservedAt: true,
  startedAt: true,
  endedAt: true,
  expectedSeconds: true,
  reasonCode: true,
  files: { where: { kind: 'result' }, orderBy: { createdAt: 'asc' } },
} as const

/** Makes a signed address for a task. Whoever may read the task may pass that on. @throws CroftError not_found */
export async function createLink(ctx: ReadContext, input: { taskId: string; days: number }) {
  demandAccount(ctx)
  const task = await ctx.db.task.findUnique({ where: { id: input.taskId }, select: { id: true } })
  if (task === null) throw new CroftError('not_found', `there is no task ${input.taskId}`)
  return signLink(ctx, input)
}

async function taskOf(ctx: ReadContext, token: string) {
  const { taskId, expiresAt } = await readLink(ctx, token)
  const task = await ctx.db.task.findUnique({ where: { id: taskId }, select: SHOWN })
  if (task === null)
    throw new CroftError('not_found', 'the task of this link was deleted: ask whoever gave it to you', {
      token: ['gone'],
    })
  return { task, expiresAt }
}

/** What a signed address shows. @throws CroftError not_found */
export async function openLink(ctx: ReadContext, token: string): Promise<RequesterView> {
  const { task, expiresAt } = await taskOf(ctx, token)
  const now = ctx.now().getTime()
  const [why] = task.status === 'requested' ? await whyTasks(ctx, [task.id]) : []
  const learned = task.expectedSeconds < DEFAULT_DURATION_SECONDS
  const since = task.startedAt ?? task.reservedAt
  const end = isActive(task.status) && since !== null ? expectedEnd(since.getTime(), task.expectedSeconds, now) : null
  const start = why?.start?.at ?? null
  const wouldEnd = start === null ? null : start.getTime() + task.expectedSeconds * 1000
  const again =
    task.status === 'failed' &&
    task.scheduleId !== null &&
    (await ctx.db.task.findFirst({
      where: { scheduleId: task.scheduleId, requestedAt: { gt: task.requestedAt } },
      select: { id: true },
    })) !== null
  const date = (ms: number | null) => (ms === null || !learned ? null : new Date(ms))
  return {
    name: task.scheduleName,
    status: task.status,
    stage: task.stage as Stage | null,
    canceling: isActive(task.status) && task.cancelRequestedAt !== null,
    progress: (task.progress as Progress | null)?.overall ?? null,
    requestedAt: task.requestedAt,
    startedAt: task.startedAt,
    endedAt: task.endedAt,
    rank: why?.rank ?? null,
    rankExact: why?.rankExact ?? true,
    expectedStartAt: start,
    expectedEndAt: date(end ?? wouldEnd),
    reasonCode: task.reasonCode as ReasonCode | null,
    again,
    files: task.files.map((file) => ({
      id: file.id,
      name: file.name,
      size: Number(file.size),
      sha256: file.sha256,
      ready: file.storageKey !== null && file.status === 'uploaded',
    })),
    validUntil: expiresAt,
  }
}

/** The file's id, if it is one of the task that a signed address shows. @throws CroftError not_found */
export async function fileOfLink(ctx: ReadContext, input: { token: string; id: string }): Promise<string> {
  const { task } = await taskOf(ctx, input.token)
  const file = task.files.find(({ id }) => id === input.id)
  if (file === undefined) throw new CroftError('not_found', 'this link does not lead to such a file')
  return file.id
}
