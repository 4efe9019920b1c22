import { CroftError } from '#lib/core/error'
import { LEASE_SECONDS } from '#lib/core/lease'
import { isActive, refusal, type Progress, type ReasonCode, type Stage } from '#lib/core/task'
import type { FileCheck } from '#lib/core/task-view'
import { json, type Prisma } from '#lib/db/client'
import { transaction, type Context, type TxContext } from '../context'
import { appendEvent } from '../events/append'
import { mediaTypeOf } from '../files/upload'
import { measureDuration } from './measure'
import { wishCancel } from './cancel'
import { locked, move, ownWorker, type TaskRow } from './move'
import { redactorOf } from './redact'
import { end, enterStage } from './report'

type Output = { stdout?: string | null; stderr?: string | null; progress?: Progress | null; stats?: unknown }

/** What a worker that carries no fence tells of its task; it is known by its account. `at` is its own clock's time. */
export type RemoteReport = { at?: Date } & (
  | { kind: 'start' }
  | {
      kind: 'stage'
      stage: Stage
      image?: string | null
      command?: string[] | null
      exitCode?: number | null
      timeout?: unknown
      output?: Output
    }
  | { kind: 'output'; output: Output }
  | { kind: 'succeeded'; log?: string | null }
  | {
      kind: 'failed'
      reasonCode: ReasonCode
      reasonText: string
      exception?: string | null
      traceback?: string | null
      log?: string | null
    }
  | { kind: 'canceled'; canceledBy: string; log?: string | null }
  | { kind: 'wish'; canceledBy: string }
  | { kind: 'file'; name: string; status: 'created' | 'uploaded' | 'failed'; size?: number; info?: unknown }
  | { kind: 'check'; name: string; check: Omit<FileCheck, 'at'> }
  | { kind: 'check_kept'; name: string; checkFile: string }
  | { kind: 'kept'; logFile?: string; artifactFile?: string }
)

/** What may still be told once the task has ended. */
const AFTERWARDS: RemoteReport['kind'][] = ['file', 'check', 'check_kept', 'kept']

/**
 * Takes in a report from a worker that is known by its account alone. Administrators and processors may report on any task.
 * @throws CroftError not_found; conflict when the task is no longer held; forbidden for another's task
 */
export async function remoteReport(ctx: Context, taskId: string, report: RemoteReport): Promise<void> {
  await transaction(ctx, async (tx) => {
    let task = await locked(tx, taskId)
    if (task.status === 'requested')
      throw new CroftError('not_found', `task ${taskId} waits in the queue: nobody holds it`)
    await mayReport(tx, task)
    if (!isActive(task.status)) {
      if (AFTERWARDS.includes(report.kind)) return details(tx, task, report)
      throw refusal(
        task.status,
        report.kind === 'canceled' || report.kind === 'wish'
          ? 'cancel'
          : report.kind === 'failed'
            ? 'fail'
            : report.kind === 'start'
              ? 'start'
              : 'succeed',
      )
    }
    const begins =
      report.kind === 'start' || report.kind === 'stage' || report.kind === 'output' || report.kind === 'succeeded'
    if (begins && task.status === 'reserved') {
      await move(tx, task, 'start', { at: report.kind === 'start' ? report.at : undefined })
      task = await locked(tx, taskId)
    }
    await details(tx, task, report)
    await renew(tx, taskId)
  })
}

async function mayReport(tx: TxContext, task: TaskRow): Promise<void> {
  if (tx.actor.kind === 'account' && ['admin', 'processor'].includes(tx.actor.role)) return
  if (task.workerId !== null) await ownWorker(tx, task.workerId)
}

/** A sign of life: long while the program runs, for these workers tell little then. */
async function renew(tx: TxContext, taskId: string): Promise<void> {
  const task = await tx.db.task.findUniqueOrThrow({ where: { id: taskId }, select: { status: true, stage: true } })
  if (!isActive(task.status)) return
  const leaseSeconds = task.stage === null ? LEASE_SECONDS.zimfarm : LEASE_SECONDS.zimfarmRunning
  const leaseExpiresAt = new Date(tx.now().getTime() + leaseSeconds * 1000)
  await tx.db.task.update({ where: { id: taskId }, data: { leaseSeconds, leaseExpiresAt }, select: { id: true } })
}

async function details(tx: TxContext, task: TaskRow, report: RemoteReport): Promise<void> {
  const redact = await redactorOf(tx, task)
  const masked = (text: string | null | undefined) => (typeof text === 'string' ? redact(text) : null)
  switch (report.kind) {
    case 'start':
      return
    case 'stage': {
      await keep(tx, task, {
        ...(report.image !== undefined && { image: report.image }),
        ...(report.command !== undefined && { command: json(report.command) }),
        ...(report.exitCode !== undefined && { exitCode: report.exitCode }),
        ...(report.timeout !== undefined && { timeout: json(report.timeout) }),
        ...(report.output !== undefined && {
          stdout: masked(report.output.stdout),
          stderr: masked(report.output.stderr),
        }),
      })
      await enterStage(tx, task, report.stage, report.at)
      if (report.stage === 'uploading' && report.exitCode === 0) await measureDuration(tx, task, report.at ?? tx.now())
      return
    }
    case 'output':
      await tx.db.task.update({
        where: { id: task.id },
        data: { progress: json(report.output.progress) },
        select: { id: true },
      })
      return keep(tx, task, {
        stdout: masked(report.output.stdout),
        stderr: masked(report.output.stderr),
        stats: json(report.output.stats),
        outputAt: tx.now(),
      })
    case 'succeeded':
      await keep(tx, task, { log: report.log ?? null })
      return end(tx, task, { outcome: 'succeeded', exitCode: null }, report.at)
    case 'failed':
      await keep(tx, task, {
        log: report.log ?? null,
        exception: masked(report.exception),
        traceback: masked(report.traceback),
      })
      return end(
        tx,
        task,
        { outcome: 'failed', reasonCode: report.reasonCode, reasonText: redact(report.reasonText), exitCode: null },
        report.at,
      )
    case 'canceled':
      await keep(tx, task, { log: report.log ?? null })
      return move(tx, task, 'cancel', { set: { canceledBy: task.canceledBy ?? report.canceledBy }, at: report.at })
    case 'wish':
      return wishCancel(tx, task, report.canceledBy, report.at)
    case 'file':
      return noteFile(tx, task, report)
    case 'check': {
      const check: FileCheck = { ...report.check, at: (report.at ?? tx.now()).toISOString() }
      await noteFile(tx, task, { name: report.name })
      await tx.db.file.update({
        where: { taskId_name: { taskId: task.id, name: report.name } },
        data: { check: json(check) },
        select: { id: true },
      })
      return appendEvent(tx, {
        kind: 'file.checked',
        taskId: task.id,
        data: { name: report.name, result: check.result },
      })
    }
    case 'check_kept': {
      await noteFile(tx, task, { name: report.name })
      await tx.db.file.update({
        where: { taskId_name: { taskId: task.id, name: report.name } },
        data: { checkFile: report.checkFile, checkUploadedAt: report.at ?? tx.now() },
        select: { id: true },
      })
      return appendEvent(tx, { kind: 'file.check_kept', taskId: task.id, data: { name: report.name } })
    }
    case 'kept':
      return keep(tx, task, {
        ...(report.logFile !== undefined && { logFile: report.logFile }),
        ...(report.artifactFile !== undefined && { artifactFile: report.artifactFile }),
      })
  }
}

async function keep(tx: TxContext, task: TaskRow, data: Prisma.TaskReportUpdateInput): Promise<void> {
  await tx.db.taskReport.update({
    where: { taskId: task.id },
    data: { ...data, updatedAt: tx.now() },
    select: { taskId: true },
  })
}

/** A file that a foreign worker made and uploaded elsewhere; what is told first of it makes its row. */
async function noteFile(
  tx: TxContext,
  task: TaskRow,
  told: { name: string; status?: 'created' | 'uploaded' | 'failed'; size?: number; info?: unknown; at?: Date },
) {
  const at = told.at ?? tx.now()
  const change = {
    ...(told.size !== undefined && { size: told.size }),
    ...(told.status !== undefined && { status: told.status }),
    ...(told.info !== undefined && { info: json(told.info) }),
    ...(told.status === 'uploaded' && { uploadedAt: at }),
    ...(told.status === 'failed' && { failedAt: at }),
  }
  await tx.db.file.upsert({
    where: { taskId_name: { taskId: task.id, name: told.name } },
    create: {
      taskId: task.id,
      name: told.name,
      status: 'created',
      size: 0,
      mediaType: mediaTypeOf(told.name),
      createdAt: at,
      ...change,
    },
    update: change,
    select: { id: true },
  })
  if (told.status !== undefined)
    await appendEvent(tx, { kind: `file.${told.status}`, taskId: task.id, data: { name: told.name } })
}
