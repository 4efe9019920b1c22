import type { Resources } from '#lib/core/resources'
import type { Notification, NotificationFormat, TaskConfig } from '#lib/core/schedule'
import type { HistoryEntry, Progress, ReasonCode, Stage } from '#lib/core/task'
import type {
  CmsAnswer,
  FileCheck,
  TaskDetails,
  TaskFile,
  TaskReport,
  TaskSummary,
  UploadPlan,
} from '#lib/core/task-view'
import { areaOf, placeOf, type FileKind } from '#lib/core/upload'
import type { Prisma } from '#lib/db/client'
import type { Catalogue } from '../task-types/catalogue'

const names = {
  schedule: { select: { name: true } },
  worker: { select: { name: true } },
  pinnedWorker: { select: { name: true } },
} as const satisfies Prisma.TaskInclude

/** The columns of a list: no config, no report. */
export const SUMMARY = {
  omit: { config: true, upload: true, notification: true, result: true },
  include: names,
} as const
export const DETAILS = { include: { ...names, report: true, files: { orderBy: { createdAt: 'asc' } } } } as const

export type SummaryRow = Prisma.TaskGetPayload<typeof SUMMARY>
export type DetailsRow = Prisma.TaskGetPayload<typeof DETAILS>

export const resourcesOf = (row: { cpu: number; memory: bigint | number; disk: bigint | number }): Resources => ({
  cpu: row.cpu,
  memory: Number(row.memory),
  disk: Number(row.disk),
})

export function toSummary(row: SummaryRow): TaskSummary {
  return {
    id: row.id,
    status: row.status,
    stage: row.stage as Stage | null,
    taskType: row.taskTypeId,
    definitionVersion: row.definitionVersion,
    scheduleName: row.schedule?.name ?? null,
    originalScheduleName: row.scheduleName,
    priority: row.priority,
    requestedBy: row.requestedBy,
    resources: resourcesOf(row),
    platform: row.platform,
    context: row.context,
    expectedSeconds: row.expectedSeconds,
    pinnedWorker: row.pinnedWorker?.name ?? null,
    worker: row.worker?.name ?? null,
    attempt: row.attempt,
    maxAttempts: row.maxAttempts,
    notBefore: row.notBefore,
    requestedAt: row.requestedAt,
    reservedAt: row.reservedAt,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    updatedAt: row.updatedAt,
    cancelRequestedAt: row.cancelRequestedAt,
    canceledBy: row.canceledBy,
    reasonCode: row.reasonCode as ReasonCode | null,
    reasonText: row.reasonText,
    progress: row.progress as Progress | null,
    history: row.history as HistoryEntry[],
  }
}

/** `task` is the one that made it; null for sources. */
export function toFile(
  row: Prisma.FileGetPayload<object>,
  task: { config: unknown; upload: unknown } | null = null,
): TaskFile {
  const kind = row.kind as FileKind
  const foreign = task !== null && row.uploadedBy === null
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    size: Number(row.size),
    sha256: row.sha256,
    mediaType: row.mediaType,
    stored: row.storageKey !== null && row.status === 'uploaded',
    kind,
    place: foreign
      ? placeOf(
          (task.upload as UploadPlan)[areaOf(kind)]?.uploadUri ?? null,
          kind === 'result' ? (task.config as TaskConfig).warehousePath : '',
          row.name,
        )
      : null,
    expiresAt: row.storageKey === null ? null : row.expiresAt,
    createdAt: row.createdAt,
    uploadedAt: row.uploadedAt,
    failedAt: row.failedAt,
    check: row.check as FileCheck | null,
    info: row.info ?? (row.check as FileCheck | null)?.info ?? null,
    checkFile: row.checkFile,
    checkUploadedAt: row.checkUploadedAt,
    cms: row.cms as CmsAnswer | null,
  }
}

function toReport(row: Prisma.TaskReportGetPayload<object>): TaskReport {
  return {
    image: row.image,
    command: row.command as string[] | null,
    stdout: row.stdout,
    stderr: row.stderr,
    exitCode: row.exitCode,
    stats: row.stats,
    exception: row.exception,
    traceback: row.traceback,
    log: row.log,
    logFile: row.logFile,
    artifactFile: row.artifactFile,
    timeout: row.timeout,
    outputAt: row.outputAt,
  }
}

export function toDetails(types: Catalogue, row: DetailsRow): TaskDetails {
  const files = row.files.map((file) => toFile(file, row))
  return {
    ...toSummary(row),
    definition: types.definition(row.taskTypeId, row.definitionVersion) ?? null,
    config: row.config as TaskConfig,
    upload: row.upload as UploadPlan,
    notification: row.notification as Notification | null,
    notificationFormat: row.notificationFormat as NotificationFormat,
    result: row.result,
    report: row.report === null ? null : toReport(row.report),
    files: files.filter((file) => file.kind === 'result'),
    keptFiles: files.filter((file) => file.kind !== 'result'),
  }
}
