import type { Resources } from './resources'

export const PERIODICITIES = ['manually', 'monthly', 'quarterly', 'biannualy', 'annually'] as const
export type Periodicity = (typeof PERIODICITIES)[number]

/** Whether a period counts from the last start, or from the last success. */
export const PERIOD_FROM = ['start', 'success'] as const
export type PeriodFrom = (typeof PERIOD_FROM)[number]

export const OCCASIONS = ['requested', 'started', 'ended'] as const
export type Occasion = (typeof OCCASIONS)[number]
export const CHANNELS = ['webhook', 'mailgun', 'slack'] as const
export type Channel = (typeof CHANNELS)[number]
/** Whose document notices carry: Zimfarm v1's or v2's. */
export const NOTIFICATION_FORMATS = ['v1', 'v2'] as const
export type NotificationFormat = (typeof NOTIFICATION_FORMATS)[number]
/** Who is told, by occasion and channel. */
export type Notification = { [O in Occasion]?: { [C in Channel]?: string[] } }

/** A parameter's value. */
export type ParamValue = string | number | boolean | (string | number | boolean)[] | null
export type Params = Record<string, ParamValue>

/** The part of a schedule that says how its tasks run. Resources and platform are columns of their own. */
export type ScheduleConfig = {
  params: Params
  image: { name: string; tag: string } | null
  warehousePath: string
  monitor: boolean
  shm?: number
  capAdd?: string[]
  capDrop?: string[]
  artifactsGlobs?: string[]
}

/** All of a schedule that somebody writes: what its history keeps. */
export type ScheduleSnapshot = {
  name: string
  taskType: string
  definitionVersion: string
  category: string
  language: Language
  tags: string[]
  periodicity: Periodicity
  enabled: boolean
  archived: boolean
  resources: Resources
  platform: string | null
  context: string
  periodFrom: PeriodFrom
  config: ScheduleConfig
  notification: Notification | null
  notificationFormat: NotificationFormat
  notes: string
  /** Addresses of tickets about it; absent for none. */
  tickets?: string[]
}

/** A task's snapshot: the schedule's config, expanded (zimfarm.md §11.1). */
export type TaskConfig = ScheduleConfig & {
  taskType: string
  platform: string | null
  resources: Resources
  mountPoint: string
  command: string[]
  /** Longest run, in seconds. */
  timeLimit: number
  /** A test run: its files are kept apart, the catalogue and other receivers are not told. */
  test?: true
}

/** Where the files of test runs go: no reader sees that folder (zimfarm.md §5.9). */
export const TEST_PATH = '/.hidden/dev'

/** 31 days: what a schedule's work is taken to last until it has been measured (zimfarm.md §9). */
export const DEFAULT_DURATION_SECONDS = 2_678_400
export type Language = { code: string; nameEn: string; nameNative: string }
