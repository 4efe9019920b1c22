import type { TaskStatus, Stage, HistoryEntry, Progress, ReasonCode } from './task'
import type { Resources } from './resources'
import type { Notification, NotificationFormat, TaskConfig } from './schedule'
import type { TaskTypeDefinition } from './task-type'
import type { FileKind } from './upload'

export type UploadPlan = Record<
  string,
  { uploadUri: string | null; expiration: number; zimcheck?: string; disableWarehousePath?: boolean }
>

/** A task as lists show it. */
export type TaskSummary = {
  id: string
  status: TaskStatus
  stage: Stage | null
  taskType: string
  definitionVersion: string
  /** The schedule's name today; null once it is gone. */
  scheduleName: string | null
  /** The schedule's name when the task was requested. */
  originalScheduleName: string
  priority: number
  requestedBy: string
  resources: Resources
  platform: string | null
  context: string
  expectedSeconds: number
  /** The name of the worker that was asked for. */
  pinnedWorker: string | null
  /** The name of the worker that holds or held it. */
  worker: string | null
  attempt: number
  maxAttempts: number
  notBefore: Date | null
  requestedAt: Date
  reservedAt: Date | null
  startedAt: Date | null
  endedAt: Date | null
  updatedAt: Date
  cancelRequestedAt: Date | null
  canceledBy: string | null
  reasonCode: ReasonCode | null
  reasonText: string | null
  progress: Progress | null
  history: HistoryEntry[]
}

export type TaskFile = {
  id: string
  name: string
  status: 'created' | 'uploading' | 'uploaded' | 'failed'
  size: number
  sha256: string | null
  mediaType: string
  stored: boolean
  /** What the task was for, or what is kept beside it. */
  kind: FileKind
  /** Where a foreign worker put it, without credentials; null for what our own agent sent. */
  place: string | null
  /** When its bytes are deleted; null for never. */
  expiresAt: Date | null
  createdAt: Date
  uploadedAt: Date | null
  failedAt: Date | null
  check: FileCheck | null
  /** What the worker told of its content, e.g. a ZIM's metadata. */
  info: unknown
  /** Where the check's results went, and when. */
  checkFile: string | null
  checkUploadedAt: Date | null
  /** What the catalogue answered when it was told of it (zimfarm.md §14.5). */
  cms: CmsAnswer | null
}
/** `status` is null when there was no answer. */
export type CmsAnswer = {
  status: number | null
  succeeded: boolean
  on: string
  bookId: string | null
  title: string | null
}
/** `result` is the checker's exit code: 0 is valid. */
export type FileCheck = { result: number; log?: string | null; details?: unknown; info?: unknown; at: string }

/** What the holder last told of the run. */
export type TaskReport = {
  image: string | null
  command: string[] | null
  stdout: string | null
  stderr: string | null
  exitCode: number | null
  stats: unknown
  exception: string | null
  traceback: string | null
  log: string | null
  logFile: string | null
  artifactFile: string | null
  timeout: unknown
  /** When the holder last told stdout, stderr, stats and progress at once; null where it tells them by themselves. */
  outputAt: Date | null
}

/** A task with all that belongs to it. */
export type TaskDetails = TaskSummary & {
  /** What it was made from; null where that version is no longer known. */
  definition: TaskTypeDefinition | null
  config: TaskConfig
  upload: UploadPlan
  notification: Notification | null
  notificationFormat: NotificationFormat
  result: unknown
  report: TaskReport | null
  /** What the task was for. */
  files: TaskFile[]
  /** What is kept beside it: logs, artifacts, results of checks. */
  keptFiles: TaskFile[]
}
