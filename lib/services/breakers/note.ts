import { failed, POINTS_AT, type FailureRow } from '#lib/core/breaker'
import { BREAKER_KINDS, type BreakerKind } from '#lib/core/matching'
import type { ReasonCode } from '#lib/core/task'
import { ONLINE_SECONDS } from '#lib/core/worker'
import { hasFailures, takeTurns } from '#lib/db/rules'
import type { Prisma } from '#lib/db/client'
import { sqlOf } from '#lib/db/sql'
import type { TxContext } from '../context'
import { appendEvent } from '../events/append'

type Ended = {
  id: string
  taskTypeId: string
  image: string | null
  scheduleName: string
  workerId: string | null
}
type Row = Prisma.BreakerGetPayload<object>

/** What a task's end may speak for or against. */
const subjectsOf = (task: Ended): { kind: BreakerKind; subject: string }[] =>
  BREAKER_KINDS.flatMap((kind) => {
    const subject = { task_type: task.taskTypeId, image: task.image, worker: task.workerId }[kind]
    return subject === null ? [] : [{ kind, subject }]
  })

const turns = (subjects: { kind: BreakerKind; subject: string }[]) =>
  subjects.map(({ kind, subject }) => `breaker ${kind} ${subject}`)

/** A success ends the row of failures of its task type, its image and its worker, and closes their breakers. */
export async function noteSuccess(tx: TxContext, task: Ended): Promise<void> {
  const subjects = subjectsOf(task)
  if (!(await hasFailures(sqlOf(tx.db), subjects))) return
  await takeTurns(sqlOf(tx.db), turns(subjects))
  const rows = await tx.db.breaker.findMany({ where: { OR: subjects } })
  for (const { kind, subject, label, openedAt } of rows) {
    await tx.db.breaker.deleteMany({ where: { kind, subject } })
    if (openedAt === null) continue
    const data = { kind, subject: label, why: 'success' }
    await appendEvent(tx, { kind: 'breaker.closed', taskId: task.id, workerId: task.workerId, data })
  }
}

/** A failure counts against those whom its reason points at; one too many in a row opens a breaker. */
export async function noteFailure(tx: TxContext, task: Ended, reasonCode: ReasonCode): Promise<void> {
  const points = subjectsOf(task).filter(({ kind }) => POINTS_AT[reasonCode].includes(kind))
  if (points.length === 0 || task.workerId === null) return
  const worker = await tx.db.worker.findUnique({ where: { id: task.workerId }, select: { name: true, kind: true } })
  if (worker === null || worker.kind === 'in_process') return
  await takeTurns(sqlOf(tx.db), turns(points))
  const others = await hasOthers(tx, task)
  for (const { kind, subject } of points) {
    const before = await tx.db.breaker.findUnique({ where: { kind_subject: { kind, subject } } })
    const row = failed(kind, before === null ? null : toRow(before), {
      at: tx.now().getTime(),
      schedule: task.scheduleName,
      worker: worker.name,
      probe: before?.probeTaskId === task.id,
      others,
    })
    const label = kind === 'worker' ? worker.name : subject
    const data = { ...toColumns(row), label, lastTaskId: task.id, lastReasonCode: reasonCode }
    await tx.db.breaker.upsert({
      where: { kind_subject: { kind, subject } },
      create: { kind, subject, ...data },
      update: data,
    })
    if (row.open === null || row.open.retryAt === before?.retryAt?.getTime()) continue
    await appendEvent(tx, {
      kind: (before?.openedAt ?? null) === null ? 'breaker.opened' : 'breaker.stays_open',
      taskId: task.id,
      workerId: task.workerId,
      data: { kind, subject: label, failures: row.failures, retryAt: new Date(row.open.retryAt), reasonCode },
    })
  }
}

/** Whether another worker that is online offers the task type. */
async function hasOthers(tx: TxContext, task: Ended): Promise<boolean> {
  const since = new Date(tx.now().getTime() - ONLINE_SECONDS.zimfarm * 1000)
  const other = await tx.db.worker.findFirst({
    where: {
      id: { not: task.workerId ?? undefined },
      deletedAt: null,
      lastSeenAt: { gt: since },
      taskTypes: { has: task.taskTypeId },
    },
    select: { id: true },
  })
  return other !== null
}

const toRow = (row: Row): FailureRow => ({
  failures: row.failures,
  firstFailedAt: row.firstFailedAt.getTime(),
  lastFailedAt: row.lastFailedAt.getTime(),
  schedules: row.schedules,
  workers: row.workers,
  open:
    row.openedAt === null || row.retryAt === null || row.coolDownSeconds === null
      ? null
      : { since: row.openedAt.getTime(), retryAt: row.retryAt.getTime(), coolDownSeconds: row.coolDownSeconds },
})

const toColumns = (row: FailureRow) => ({
  failures: row.failures,
  firstFailedAt: new Date(row.firstFailedAt),
  lastFailedAt: new Date(row.lastFailedAt),
  schedules: [...row.schedules],
  workers: [...row.workers],
  openedAt: row.open === null ? null : new Date(row.open.since),
  coolDownSeconds: row.open?.coolDownSeconds ?? null,
  retryAt: row.open === null ? null : new Date(row.open.retryAt),
})
