import { ACTIVE, FINAL, MOVES, type ReasonCode, type Stage, type TaskStatus } from './task'

/** The pipeline's four lists. */
export const TABS = ['queued', 'running', 'done', 'failed'] as const
export type Tab = (typeof TABS)[number]
export const TAB_STATUSES: Record<Tab, readonly TaskStatus[]> = {
  queued: MOVES.reserve.from,
  running: ACTIVE,
  done: FINAL.filter((status) => status !== 'failed'),
  failed: ['failed'],
}
export const tabOf = (status: TaskStatus): Tab => TABS.find((tab) => TAB_STATUSES[tab].includes(status)) ?? 'queued'

/** What each list can be ordered by; the first is its own order. */
export const TAB_SORTS = {
  queued: ['queue', 'requested', 'schedule', 'type', 'by', 'duration'],
  running: ['since', 'schedule', 'type', 'stage', 'progress', 'worker', 'by', 'end', 'priority'],
  done: ['ended', 'schedule', 'type', 'took', 'by'],
  failed: ['ended', 'schedule', 'type', 'reason', 'took', 'by'],
} as const satisfies Record<Tab, readonly string[]>
export type Sort = (typeof TAB_SORTS)[Tab][number]
export const SORTS = [...new Set(Object.values(TAB_SORTS).flat())] as [Sort, ...Sort[]]
export const canSort = (tab: Tab, sort: Sort) => (TAB_SORTS[tab] as readonly Sort[]).includes(sort)
export const DIRECTIONS = ['asc', 'desc'] as const
export type Direction = (typeof DIRECTIONS)[number]
/** In which direction each order is read first: what is newest, longest or furthest on top, names from A on. */
export const firstDirection = (sort: Sort): Direction =>
  ['ended', 'since', 'took', 'progress', 'duration', 'priority'].includes(sort) ? 'desc' : 'asc'

/** Which tasks of a list are meant. What is left out does not matter; of a list of values one must be right. */
export type TaskQuery = {
  tab: Tab
  /** Of the list's own statuses only these. */
  status?: TaskStatus[]
  /** Within the schedule's name. */
  q?: string
  type?: string[]
  worker?: string[]
  by?: string[]
  reason?: ReasonCode[]
  stage?: Stage[]
  platform?: string[]
  minPriority?: number
  maxPriority?: number
  /** Waiting ones by their request, running ones by their start, ended ones by their end. */
  since?: string
  until?: string
}
