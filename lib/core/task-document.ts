import { quotedCommand, strCommand } from './command'
import { maskCommand, maskDeep, maskParams } from './secrets'
import { isFinal, type HistoryCode } from './task'
import type { TaskDetails, TaskSummary } from './task-view'

/** Zimfarm v1's words for where a task stands (zimfarm.md §10.4). */
export const FOREIGN_STATUS = {
  requested: 'requested',
  reserved: 'reserved',
  started: 'started',
  preparing: null,
  running: 'scraper_started',
  uploading: 'scraper_completed',
  killing: 'scraper_killed',
  canceling: null,
  cancel_requested: 'cancel_requested',
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'canceled',
} as const satisfies Record<HistoryCode, string | null>

export function foreignStatus(task: Pick<TaskSummary, 'status' | 'stage' | 'cancelRequestedAt'>): string {
  if (isFinal(task.status)) return task.status
  if (task.cancelRequestedAt !== null || task.stage === 'canceling') return 'cancel_requested'
  return (task.stage === null ? null : FOREIGN_STATUS[task.stage]) ?? task.status
}

/** Whether Zimfarm's clients can ask for its end: once, and not while it is being stopped (zimfarm.md §10.4). */
export const cancellable = (task: Pick<TaskSummary, 'status' | 'stage' | 'cancelRequestedAt'>) =>
  !isFinal(task.status) && task.cancelRequestedAt === null && task.stage !== 'killing' && task.stage !== 'canceling'

/** `2025-04-02T10:20:30.123000Z`; no fraction when it is 0 (zimfarm.md §1.5). */
export const zimDate = (date: Date | string): string => {
  const iso = new Date(date).toISOString()
  return iso.endsWith('.000Z') ? iso.replace('.000Z', 'Z') : iso.replace('Z', '000Z')
}
/** `2025-04-02T10:20:30.123000+00:00` */
export const zimUpdatedAt = (date: Date): string => date.toISOString().replace('Z', '000+00:00')

export const foreignEvents = (task: TaskSummary) =>
  task.history.flatMap(({ code, at }) =>
    FOREIGN_STATUS[code] === null ? [] : [{ code: FOREIGN_STATUS[code], timestamp: zimDate(at) }],
  )

export const foreignTimestamps = (task: TaskSummary): Record<string, string> =>
  Object.fromEntries(foreignEvents(task).map(({ code, timestamp }) => [code, timestamp]))

type Definition = TaskDetails['definition']

export const foreignResources = (config: TaskDetails['config']) => ({
  ...config.resources,
  ...(config.shm !== undefined && { shm: config.shm }),
  ...(config.capAdd !== undefined && { cap_add: config.capAdd }),
  ...(config.capDrop !== undefined && { cap_drop: config.capDrop }),
})

/** A task's config in Zimfarm's words; masked unless `secrets`. */
export function foreignConfig(config: TaskDetails['config'], definition: Definition, secrets: boolean) {
  const flags = secrets ? config.params : maskParams(definition, config.params)
  const command = quotedCommand(config.command[0] ?? config.taskType, flags)
  return {
    task_name: config.taskType,
    warehouse_path: config.warehousePath,
    image: config.image,
    resources: foreignResources(config),
    flags,
    platform: config.platform,
    monitor: config.monitor,
    ...(config.artifactsGlobs !== undefined && { artifacts_globs: config.artifactsGlobs }),
    mount_point: config.mountPoint,
    command,
    str_command: strCommand(command),
  }
}

function foreignFiles(task: TaskDetails) {
  return Object.fromEntries(
    task.files.map((file) => [
      file.name,
      {
        name: file.name,
        size: file.size,
        status: file.status === 'uploading' ? 'created' : file.status,
        created_timestamp: zimDate(file.createdAt),
        ...(file.uploadedAt !== null && { uploaded_timestamp: zimDate(file.uploadedAt) }),
        ...(file.failedAt !== null && { failed_timestamp: zimDate(file.failedAt) }),
        ...(file.check !== null && {
          check_result: file.check.result,
          check_log: file.check.log ?? null,
          check_details: file.check.details ?? null,
          info: file.info ?? null,
          check_timestamp: zimDate(file.check.at),
        }),
        ...(file.cms !== null && {
          cms: {
            status_code: file.cms.status ?? -1,
            succeeded: file.cms.succeeded,
            on: zimDate(file.cms.on),
            book_id: file.cms.bookId,
            title_ident: file.cms.title,
          },
        }),
      },
    ]),
  )
}

function container(task: TaskDetails, secrets: boolean) {
  const { report, definition } = task
  if (report === null) return {}
  const masked = report.command === null || definition === null ? null : maskCommand(definition, report.command)
  const command = secrets ? report.command : masked
  const all = {
    image: report.image,
    command,
    stdout: report.stdout,
    stderr: report.stderr,
    exit_code: report.exitCode,
    stats: report.stats,
    progress: task.progress,
    log: report.logFile,
    artifacts: report.artifactFile,
    timeout: report.timeout,
  }
  // What a Zimfarm worker leaves out of its last word on them is null, not as it was before (zimfarm.md §10.5).
  const told = report.outputAt === null ? [] : ['stdout', 'stderr', 'stats', 'progress']
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => {
      const known = value ?? null
      return known !== null || told.includes(key) ? [[key, known]] : []
    }),
  )
}

/**
 * A task as Zimfarm v1 tells of it (zimfarm.md §6.4 without rank, §7.2): what webhooks carry, and the base of the v1 door.
 * Secrets are masked unless asked for.
 */
export function taskDocument(task: TaskDetails, { secrets = false } = {}): Record<string, unknown> {
  const common = {
    _id: task.id,
    status: foreignStatus(task),
    priority: task.priority,
    requested_by: task.requestedBy,
    schedule_name: task.scheduleName ?? 'none',
    original_schedule_name: task.originalScheduleName,
    timestamp: foreignTimestamps(task),
    events: foreignEvents(task),
    notification: task.notification,
    config: foreignConfig(task.config, task.definition, secrets),
    upload: Object.fromEntries(
      // v1 knows no place for the results of checks.
      Object.entries(task.upload)
        .filter(([kind]) => kind !== 'check')
        .map(([kind, { uploadUri, expiration, zimcheck }]) => [
          kind,
          { upload_uri: uploadUri, expiration, ...(zimcheck !== undefined && { zimcheck }) },
        ]),
    ),
  }
  const document =
    task.status === 'requested'
      ? { ...common, worker: task.pinnedWorker }
      : {
          ...common,
          worker: task.worker,
          updated_at: zimUpdatedAt(task.updatedAt),
          canceled_by: task.canceledBy,
          debug: Object.fromEntries(
            Object.entries({
              exception: task.report?.exception,
              traceback: task.report?.traceback,
              log: task.report?.log,
              reason: task.reasonCode,
            }).filter(([, value]) => value !== null && value !== undefined),
          ),
          container: container(task, secrets),
          files: foreignFiles(task),
        }
  return secrets ? document : maskDeep(document)
}
