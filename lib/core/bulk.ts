import type { Permission } from './access'
import type { Tab, TaskQuery } from './pipeline'

/**
 * What can be done to many tasks at once: cancel them, request failed ones again as they were asked for (retry), change the priority
 * of waiting ones, request a task of the same schedules with other options (request).
 */
export const BULK_ACTIONS = ['cancel', 'retry', 'prioritize', 'request'] as const
export type BulkAction = (typeof BULK_ACTIONS)[number]
export const BULK_PERMISSION: Record<BulkAction, Permission> = {
  cancel: 'tasks.cancel',
  retry: 'requests.create',
  prioritize: 'requests.update',
  request: 'requests.create',
}
/** What can be done to many schedules at once. */
export const SCHEDULE_ACTIONS = ['enable', 'disable', 'tag', 'untag', 'archive', 'restore', 'requestSchedules'] as const
export type ScheduleAction = (typeof SCHEDULE_ACTIONS)[number]
export const SCHEDULE_PERMISSION: Record<ScheduleAction, Permission> = {
  enable: 'schedules.update',
  disable: 'schedules.update',
  tag: 'schedules.update',
  untag: 'schedules.update',
  archive: 'schedules.archive',
  restore: 'schedules.archive',
  requestSchedules: 'requests.create',
}
export const isScheduleAction = (action: string): action is ScheduleAction =>
  (SCHEDULE_ACTIONS as readonly string[]).includes(action)
export type ScheduleBulkOptions = { priority?: number; worker?: string | null; tag?: string; comment?: string }

/** What makes sense in each list. */
export const TAB_ACTIONS: Record<Tab, readonly BulkAction[]> = {
  queued: ['prioritize', 'cancel'],
  running: ['cancel'],
  done: ['request'],
  failed: ['retry', 'request'],
}

/**
 * - waiting: a dispatcher begins it.
 * - running: a dispatcher does it; when that one dies, another goes on after its lease. A person stops it.
 * - done, stopped: final.
 */
export const BULK_STATES = ['waiting', 'running', 'done', 'stopped'] as const
export type BulkState = (typeof BULK_STATES)[number]
export const isOver = (state: BulkState) => state === 'done' || state === 'stopped'

export type BulkOptions = { priority?: number; worker?: string | null }
/** Single tasks, or all that a list shows. */
export type BulkSelection = { ids: string[] } | { query: TaskQuery }
export const isIds = (selection: BulkSelection): selection is { ids: string[] } => 'ids' in selection
