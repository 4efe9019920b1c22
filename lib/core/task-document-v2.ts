import { quote } from 'shlex'
import { argv } from './command'
import { CHANNELS, OCCASIONS, type Notification, type Params, type TaskConfig } from './schedule'
import { LONG_MASK, maskAll, maskParams } from './secrets'
import { isActive, isFinal, type HistoryCode } from './task'
import { FOREIGN_STATUS, foreignResources } from './task-document'
import type { TaskTypeDefinition } from './task-type'
import type { TaskDetails, TaskFile, TaskSummary } from './task-view'

/** The newer Zimfarm's words for where a task stands (zimfarm.md §19.5). */
const STATUS = { ...FOREIGN_STATUS, canceling: 'canceling' } as const satisfies Record<HistoryCode, string | null>

export function statusV2(task: Pick<TaskSummary, 'status' | 'stage' | 'cancelRequestedAt'>): string {
  if (isFinal(task.status)) return task.status
  if (task.stage === 'canceling') return 'canceling'
  if (task.cancelRequestedAt !== null) return 'cancel_requested'
  return (task.stage === null ? null : STATUS[task.stage]) ?? task.status
}

/** `2026-01-02T03:04:05Z`: whole seconds (zimfarm.md §16). */
export const dateV2 = (date: Date | string): string => new Date(date).toISOString().replace(/\.\d+Z$/, 'Z')
const dateOrNull = (date: Date | string | null | undefined) =>
  date === null || date === undefined ? null : dateV2(date)

const told = (task: Pick<TaskSummary, 'history'>) =>
  task.history.flatMap(({ code, at }) => (STATUS[code] === null ? [] : [{ code: STATUS[code], timestamp: dateV2(at) }]))

/** Pairs in the order in which they came; a status may occur twice. */
export const timestampsV2 = (task: Pick<TaskSummary, 'history'>) =>
  told(task).map(({ code, timestamp }) => [code, timestamp])

/** The words of a command as a shell reads them, quoted where they must be (zimfarm.md §18.3). */
export const shellWords = (command: readonly string[]): string[] =>
  command.map((word) => {
    const [, option, value] = /^(--[^=\s]+)=(.*)$/s.exec(word) ?? []
    return option === undefined || value === undefined ? quote(word) : `${option}=${quote(value)}`
  })

/** All flags by name, those that are not set null; secrets masked unless `secrets`. */
function offlinerV2(taskType: string, definition: TaskTypeDefinition | null, params: Params, secrets: boolean) {
  const shown = secrets ? params : maskParams(definition, params, LONG_MASK)
  const unset = Object.fromEntries(definition?.fields.map(({ key }) => [key, null]) ?? [])
  return { offliner_id: taskType, ...unset, ...shown }
}

type Shown = { secrets: boolean; expanded?: boolean }
/** A config in the newer Zimfarm's words; `expanded: false` leaves out what is made of it. */
export function configV2(config: TaskConfig, definition: TaskTypeDefinition | null, { secrets, expanded }: Shown) {
  const words = secrets
    ? config.command
    : definition === null
      ? []
      : argv(definition, maskParams(definition, config.params, LONG_MASK))
  const command = shellWords(words)
  const document = {
    warehouse_path: config.warehousePath,
    image: config.image,
    resources: foreignResources(config),
    offliner: offlinerV2(config.taskType, definition, config.params, secrets),
    platform: config.platform,
    monitor: config.monitor,
    artifacts_globs: config.artifactsGlobs ?? null,
    ...(expanded !== false && { mount_point: config.mountPoint, command, str_command: command.join(' ') }),
  }
  return secrets ? document : maskAll(document, LONG_MASK)
}

/** Every occasion with every channel; lists that nobody filled are empty. */
export const notificationV2 = (notification: Notification | null) =>
  Object.fromEntries(
    OCCASIONS.map((occasion) => [
      occasion,
      Object.fromEntries(CHANNELS.map((channel) => [channel, notification?.[occasion]?.[channel] ?? []])),
    ]),
  )

const three = ({ resources: { cpu, memory, disk } }: TaskSummary) => ({ cpu, memory, disk })

/** How an account is called: tasks keep user names. */
export type NameOf = (username: string) => string

/** What lists show of a task (zimfarm.md §19.2, §19.5). */
export const taskItemV2 = (task: TaskSummary, nameOf: NameOf) => ({
  id: task.id,
  status: statusV2(task),
  timestamp: timestampsV2(task),
  requested_by: nameOf(task.requestedBy),
  priority: task.priority,
  recipe_name: task.scheduleName,
  original_recipe_name: task.originalScheduleName,
  worker_name: task.status === 'requested' ? task.pinnedWorker : task.worker,
  updated_at: dateV2(task.updatedAt),
  context: task.context,
  config: { offliner: task.taskType, resources: three(task) },
})

function uploadV2(task: TaskDetails) {
  const place = (kind: string) => {
    const plan = task.upload[kind]
    return { upload_uri: plan?.uploadUri ?? null, expiration: plan?.expiration ?? 0 }
  }
  const zim = task.upload.zim
  return {
    zim: {
      ...place('zim'),
      zimcheck: zim?.zimcheck ?? '',
      disable_warehouse_path: zim?.disableWarehousePath === true,
    },
    logs: place('logs'),
    artifacts: place('artifacts'),
    check: place('check'),
  }
}

function fileV2(task: TaskDetails, file: TaskFile) {
  return {
    name: file.name,
    task_id: task.id,
    status: file.status === 'uploading' ? 'created' : file.status,
    size: file.size,
    created_timestamp: dateV2(file.createdAt),
    uploaded_timestamp: dateOrNull(file.uploadedAt),
    failed_timestamp: dateOrNull(file.failedAt),
    check_timestamp: dateOrNull(file.check?.at),
    check_result: file.check?.result ?? null,
    check_filename: file.checkFile,
    check_upload_timestamp: dateOrNull(file.checkUploadedAt),
    info: file.info ?? file.check?.info ?? null,
    cms_on: dateOrNull(file.cms?.on),
    cms_notified: file.cms?.succeeded ?? null,
    // The original asks the catalogue for them at each reading.
    zim_urls: null,
  }
}

/** Workers tell `max_usage` and `avg_usage`; clients read `max` and `avg`. */
function statsV2(stats: unknown) {
  if (typeof stats !== 'object' || stats === null) return null
  return Object.fromEntries(
    Object.entries(stats).map(([resource, value]: [string, unknown]) => {
      if (typeof value !== 'object' || value === null) return [resource, value]
      const figures = Object.entries(value).map(([name, figure]: [string, unknown]) => [
        name.replace(/_usage$/, ''),
        figure,
      ])
      return [resource, Object.fromEntries(figures) as unknown]
    }),
  )
}

function progressV2({ progress }: TaskDetails) {
  if (progress === null) return null
  const { partialZim, overall, done, total, ...rest } = progress
  return { partial_zim: partialZim ?? null, overall, done, total, ...rest }
}

function containerV2(task: TaskDetails, secrets: boolean) {
  const { report, definition } = task
  const command = report?.command ?? null
  const keys = definition?.fields.filter((field) => field.secret === true).map((field) => field.key) ?? []
  const hidden = command?.map((word) => {
    const key = keys.find((name) => word.startsWith(`--${name}=`))
    return key === undefined ? word : `--${key}=${quote(LONG_MASK)}`
  })
  return {
    log: report?.logFile ?? null,
    image: report?.image ?? null,
    artifacts: report?.artifactFile ?? null,
    stdout: report?.stdout ?? null,
    stderr: report?.stderr ?? null,
    command: secrets ? command : definition === null ? null : (hidden ?? null),
    exit_code: report?.exitCode ?? null,
    stats: statsV2(report?.stats),
    progress: progressV2(task),
  }
}

/**
 * A task as the newer Zimfarm tells of it (zimfarm.md §19.4, §19.5): what webhooks of its clients carry, and the base of
 * its door. Secrets are masked everywhere unless asked for; `notification: false` hides who is told; `rank` is for those
 * that wait.
 */
export function taskDocumentV2(
  task: TaskDetails,
  options: { nameOf: NameOf; secrets?: boolean; notification?: boolean; rank?: number },
): Record<string, unknown> {
  const secrets = options.secrets === true
  const item = taskItemV2(task, options.nameOf)
  const heard = isActive(task.status) ? (task.report?.outputAt ?? null) : null
  const common = {
    ...item,
    updated_at: dateV2(heard !== null && heard > task.updatedAt ? heard : task.updatedAt),
    offliner: task.taskType,
    version: task.definitionVersion,
    events: told(task),
    notification: options.notification === false ? null : notificationV2(task.notification),
    config: configV2(task.config, task.definition, { secrets }),
    upload: uploadV2(task),
  }
  const { exception, traceback, log } = task.report ?? {}
  const document =
    task.status === 'requested'
      ? { ...common, rank: options.rank ?? null }
      : {
          ...common,
          canceled_by: task.canceledBy === null ? null : options.nameOf(task.canceledBy),
          debug: Object.fromEntries(
            Object.entries({ exception, traceback, log, reason: task.reasonCode }).filter(
              ([, value]) => value !== null && value !== undefined,
            ),
          ),
          container: containerV2(task, secrets),
          files: Object.fromEntries(task.files.map((file) => [file.name, fileV2(task, file)])),
        }
  return secrets ? document : maskAll(document, LONG_MASK)
}
