import { randomUUID } from 'node:crypto'
import { CroftError } from '#lib/core/error'
import { leaseAfterReport } from '#lib/core/lease'
import { isActive, refusal, type Progress, type ReasonCode, type Stage } from '#lib/core/task'
import type { FileCheck, UploadPlan } from '#lib/core/task-view'
import { areaOf, bucketKey, type FileKind } from '#lib/core/upload'
import { json, type Prisma } from '#lib/db/client'
import type { LockedTask } from '#lib/db/claim'
import { later } from '#lib/db/sql'
import { fileOf, putFile, update } from '#lib/db/write'
import { transaction, type Context, type TxContext } from '../context'
import { appendEvent } from '../events/append'
import { writeCmsNotice } from '../files/cms'
import { expiryOf } from '../files/expire'
import { mediaTypeOf } from '../files/upload'
import { settleTask, warehouseOf } from '../uploads/settle'
import { measureDuration } from './measure'
import { wishCancel } from './cancel'
import { locked, move, mustOwn, type TaskRow } from './move'
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

/**
 * Takes in a report from a worker that is known by its account alone. Administrators and processors may report on any task.
 * @throws CroftError not_found; conflict when the task is no longer held; forbidden for another's task
 */
export async function remoteReport(ctx: Context, taskId: string, report: RemoteReport): Promise<void> {
  await take(ctx, taskId, report)
  // What was uploaded before it was told of; what fails here the dispatcher tries again.
  if (aboutFiles(report)) {
    await settleTask(ctx, taskId).catch((error: unknown) => {
      ctx.log.warn({ err: error, taskId }, 'an upload could not be settled')
    })
  }
}

/** What may still be told once the task has ended. */
const aboutFiles = ({ kind }: RemoteReport) =>
  kind === 'file' || kind === 'check' || kind === 'check_kept' || kind === 'kept'

async function take(ctx: Context, taskId: string, report: RemoteReport): Promise<void> {
  await transaction(ctx, async (tx) => {
    let task = await locked(tx, taskId)
    if (task.status === 'requested')
      throw new CroftError('not_found', `task ${taskId} waits in the queue: nobody holds it`)
    mayReport(tx, task)
    if (!isActive(task.status)) {
      if (aboutFiles(report)) return details(tx, task, report)
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
      if (report.kind !== 'start') task = await locked(tx, taskId)
    }
    await details(tx, task, report)
    await renew(tx, task, report)
  })
}

function mayReport(tx: TxContext, task: LockedTask): void {
  if (tx.actor.kind === 'account' && ['admin', 'processor'].includes(tx.actor.role)) return
  if (task.workerId !== null) mustOwn(tx, task.workerAccountId)
}

/** A sign of life: long while the program runs, for these workers tell little then. */
async function renew(tx: TxContext, task: TaskRow, report: RemoteReport): Promise<void> {
  if (report.kind === 'succeeded' || report.kind === 'failed' || report.kind === 'canceled') return
  const leaseSeconds = leaseAfterReport({
    stage: report.kind === 'stage' ? report.stage : (task.stage as Stage | null),
    cancelRequestedAt: report.kind === 'wish' ? tx.now() : task.cancelRequestedAt,
  })
  if (leaseSeconds === null) return
  const leaseExpiresAt = new Date(tx.now().getTime() + leaseSeconds * 1000)
  await later(tx.db, update(tx.db, 'task', { id: task.id }, { leaseSeconds, leaseExpiresAt }))
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
      await later(tx.db, update(tx.db, 'task', { id: task.id }, { progress: json(report.output.progress) }))
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
      return void (await noteFile(tx, task, { ...report, kind: 'result' }))
    case 'check': {
      const check: FileCheck = { ...report.check, at: (report.at ?? tx.now()).toISOString() }
      const { id } = await noteFile(tx, task, { name: report.name, info: report.check.info })
      await update(tx.db, 'file', { id }, { check: json(check) })
      await writeCmsNotice(tx, id)
      return appendEvent(tx, {
        kind: 'file.checked',
        taskId: task.id,
        data: { name: report.name, result: check.result },
      })
    }
    case 'check_kept': {
      const { id } = await noteFile(tx, task, { name: report.name })
      const at = report.at ?? tx.now()
      await update(tx.db, 'file', { id }, { checkFile: report.checkFile, checkUploadedAt: at })
      await noteFile(tx, task, { name: report.checkFile, status: 'uploaded', kind: 'check', at })
      await appendEvent(tx, { kind: 'file.check_kept', taskId: task.id, data: { name: report.name } })
      return writeCmsNotice(tx, id)
    }
    case 'kept':
      await keep(tx, task, {
        ...(report.logFile !== undefined && { logFile: report.logFile }),
        ...(report.artifactFile !== undefined && { artifactFile: report.artifactFile }),
      })
      if (report.logFile !== undefined)
        await noteFile(tx, task, { name: report.logFile, status: 'uploaded', kind: 'logs', at: report.at })
      if (report.artifactFile !== undefined)
        await noteFile(tx, task, { name: report.artifactFile, status: 'uploaded', kind: 'artifacts', at: report.at })
  }
}

async function keep(tx: TxContext, task: TaskRow, data: Prisma.TaskReportUpdateInput): Promise<void> {
  await later(tx.db, update(tx.db, 'task_report', { taskId: task.id }, { ...data, updatedAt: tx.now() }))
}

type Told = {
  name: string
  status?: 'created' | 'uploaded' | 'failed'
  size?: number
  info?: unknown
  kind?: FileKind
  at?: Date
}

/**
 * A file that a foreign worker made and uploaded; what is told first of it makes its row. Where its bytes are here
 * already, they say what its size is and that it is uploaded. In a bucket that the farm can read it is found there.
 */
async function noteFile(tx: TxContext, task: TaskRow, told: Told): Promise<{ id: string }> {
  const at = told.at ?? tx.now()
  const before = await fileOf(tx.db, task.id, told.name)
  const kind = (before?.kind ?? told.kind ?? 'result') as FileKind
  const plan = task.upload as UploadPlan
  const here = before !== null && before.storageKey !== null
  const key =
    told.status === 'uploaded' && !here
      ? bucketKey(
          plan[areaOf(kind)]?.uploadUri ?? null,
          kind === 'result' ? warehouseOf(task.config) : '',
          told.name,
          tx.settings.buckets,
        )
      : null
  const change = {
    ...(told.size !== undefined && !here && { size: told.size }),
    ...(told.status !== undefined && !here && { status: told.status }),
    ...(told.status === 'uploaded' && { uploadedAt: at, failedAt: null }),
    ...(told.status === 'failed' && !here && { failedAt: at }),
    ...(told.info !== undefined && told.info !== null && { info: json(told.info) }),
    ...(told.status === 'uploaded' && { expiresAt: expiryOf(plan, kind, at) }),
    ...(key !== null && { storageKey: key }),
  }
  const row = await putFile(
    tx.db,
    {
      id: randomUUID(),
      taskId: task.id,
      name: told.name,
      status: 'created',
      size: 0,
      mediaType: mediaTypeOf(told.name),
      createdAt: at,
      kind,
      ...change,
    },
    change,
  )
  if (told.status !== undefined)
    await appendEvent(tx, { kind: `file.${told.status}`, taskId: task.id, data: { name: told.name } })
  return row
}
