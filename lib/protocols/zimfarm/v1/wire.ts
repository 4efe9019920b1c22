import { z } from 'zod'
import { CATEGORIES, PLATFORMS, WAREHOUSE_PATHS } from '#lib/core/catalogue'
import { isWebUrl } from '#lib/core/params'
import { PERIODICITIES } from '#lib/core/schedule'
import type { Catalogue } from '#lib/services/task-types/catalogue'
import { EVENTS } from '../events'
import { V1_ROLE_NAMES } from './access'

// Zimfarm v1's spelling (zimfarm.md §1.3, §4–7): unknown keys are refused everywhere.

const text = z
  .string('Not a valid string.')
  .refine((value) => !value.includes('\u0000'), 'Must not hold a NUL character.')
const filled = text.min(1, 'Must not be empty.')
/** A number or a numeric text; a fraction is cut off. */
export const int = z
  .union([z.number(), z.string().regex(/^\s*[+-]?\d+(\.\d+)?\s*$/, 'Not a valid integer.')], 'Not a valid integer.')
  .transform((value) => Math.trunc(Number(value)))
  .pipe(z.number().int('Not a valid integer.').max(Number.MAX_SAFE_INTEGER, 'Not a valid integer.'))
const count = int.pipe(z.number().min(0, 'Must be 0 or more.'))
const cores = count.pipe(z.number().max(100_000, 'Must be 100000 or less.'))
const priority = int.pipe(z.number().min(0, 'Must be 0 to 10.').max(10, 'Must be 0 to 10.'))
const workerName = text.min(3, 'Shorter than minimum length 3.')

export const scheduleName = filled
  .max(500, 'Longer than maximum length 500.')
  .refine((value) => value !== 'none', '`none` is a reserved name.')
  .refine((value) => value.trim() === value, 'Must not begin or end with white space.')

const language = z.strictObject({
  code: text.min(2, 'Must have 2 to 3 characters.').max(3, 'Must have 2 to 3 characters.'),
  name_en: filled,
  name_native: filled,
})
const imageOf = (images: readonly (string | null)[]) =>
  z.strictObject({
    name: text
      .transform((value) => value.replace(/^ghcr\.io\//, ''))
      .refine((value) => images.includes(value), 'Not one of the known images.'),
    tag: text,
  })
const resources = z.strictObject({
  cpu: cores,
  memory: count,
  disk: count,
  shm: count.optional(),
  cap_add: z.array(text).optional(),
  cap_drop: z.array(text).optional(),
})
const warehousePath = z.enum(WAREHOUSE_PATHS as [string, ...string[]])
const platform = z.enum(PLATFORMS).nullable()
const flags = z.record(z.string(), z.unknown(), 'Not a valid mapping type.')

/** A plain text counts as a list of one, and null in a list is left out: third parties send both. */
const targets = (item: z.ZodType<string>) =>
  z.preprocess(
    (value) =>
      typeof value === 'string' ? [value] : Array.isArray(value) ? value.filter((one) => one !== null) : value,
    z.array(item, 'Not a valid list.'),
  )
const notificationOf = z.strictObject({
  mailgun: targets(z.email('Not a valid email address.')).optional(),
  webhook: targets(text.refine((value) => isWebUrl(value, true), 'Not a valid URL.')).optional(),
  slack: targets(text.regex(/^[#@].+/, 'Must begin with # or @.')).optional(),
})
const notification = z.strictObject({
  requested: notificationOf.optional(),
  started: notificationOf.optional(),
  ended: notificationOf.optional(),
})

export const clone = z.strictObject({ name: scheduleName })
export const newRequest = z.strictObject({
  schedule_names: z.array(text, 'Not a valid list.').max(10_000),
  priority: priority.optional(),
  worker: workerName.nullable().optional(),
})
export const priorityPatch = z.strictObject({ priority })
export const event = z.strictObject({
  event: z.enum(EVENTS),
  payload: z.record(z.string(), z.unknown(), 'Not a valid mapping type.'),
})
const YES = ['t', 'T', 'true', 'True', 'TRUE', 'on', 'On', 'ON', 'y', 'Y', 'yes', 'Yes', 'YES', '1']
const NO = ['f', 'F', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF', 'n', 'N', 'no', 'No', 'NO', '0']
const loose = z
  .union([z.boolean(), z.enum([...YES, ...NO]), z.literal(1), z.literal(0)], 'Not a valid boolean.')
  .default(false)
  .transform((value) => value === true || value === 1 || YES.includes(value as string))
export const newUser = z.strictObject({
  username: filled.max(200),
  password: filled.max(1000),
  email: z.email('Not a valid email address.').nullable().default(null),
  role: z.enum(V1_ROLE_NAMES),
})
export const userPatch = z.strictObject({
  email: z.email('Not a valid email address.').optional(),
  role: z.enum(V1_ROLE_NAMES).optional(),
})
export const newKey = z.strictObject({ name: filled.max(500), key: filled })
export const passwordChange = z.looseObject({ current: text.max(1000).optional(), new: filled.max(1000) })

// Queries: what may be repeated comes as a list, the rest as its first value.
const list = <T extends z.ZodType>(item: T) => z.array(item).optional()
const paging = (most: number) => ({
  skip: count.default(0),
  limit: count.pipe(z.number().max(most, `Must be ${most} or less.`)).default(20),
})
export const pageQuery = z.strictObject(paging(200))
export const languagesQuery = z.strictObject(paging(500))
export const schedulesQuery = z.strictObject({
  ...paging(200),
  category: list(z.enum(CATEGORIES)),
  lang: list(text),
  tag: list(text),
  name: scheduleName.optional(),
})
export const TASK_STATUSES = [
  'requested',
  'reserved',
  'started',
  'scraper_started',
  'scraper_completed',
  'scraper_killed',
  'cancel_requested',
  'canceled',
  'succeeded',
  'failed',
] as const
export const tasksQuery = z.strictObject({
  ...paging(200),
  status: list(z.enum(TASK_STATUSES)),
  /** One name: of several the first counts. */
  schedule_name: z.preprocess((value) => (Array.isArray(value) ? (value[0] as unknown) : value), text.optional()),
})
export const keyQuery = z.strictObject({ with_permission: list(text) })
export const imageQuery = z.strictObject({ hub_name: filled })
export const monitorQuery = z.strictObject({
  status: z.enum(TASK_STATUSES),
  threshold_secs: count,
})
export const pollQuery = z.strictObject({
  worker: workerName,
  avail_cpu: count,
  avail_memory: count,
  avail_disk: count,
})
export const takeQuery = z.strictObject({ worker_name: workerName })

/** What names offliners and their images: these are data, so the schemas follow the catalogue. */
function build(offliners: readonly string[], images: readonly (string | null)[]) {
  const offliner = z.string('Not a valid string.').refine((id) => offliners.includes(id), 'Not a known offliner.')
  const image = imageOf(images)
  return {
    newSchedule: z.strictObject({
      name: scheduleName,
      language,
      category: z.enum(CATEGORIES),
      periodicity: z.enum(PERIODICITIES),
      tags: z.array(filled, 'Not a valid list.'),
      enabled: z.boolean('Not a valid boolean.'),
      config: z.strictObject({
        task_name: offliner,
        warehouse_path: warehousePath,
        image,
        resources,
        flags,
        platform,
        monitor: z.boolean('Not a valid boolean.'),
        artifacts_globs: z.array(filled).optional(),
      }),
      notification: notification.nullable().default({}),
    }),
    schedulePatch: z.strictObject({
      name: scheduleName.optional(),
      language: language.optional(),
      category: z.enum(CATEGORIES).optional(),
      periodicity: z.enum(PERIODICITIES).optional(),
      tags: z.array(filled).optional(),
      enabled: z.boolean('Not a valid boolean.').optional(),
      task_name: offliner.optional(),
      warehouse_path: warehousePath.optional(),
      image: image.optional(),
      platform: platform.optional(),
      resources: resources.optional(),
      monitor: z.boolean('Not a valid boolean.').optional(),
      flags: flags.optional(),
      artifacts_globs: z.array(filled).nullable().optional(),
    }),
    checkIn: z.strictObject({
      username: filled,
      cpu: cores,
      memory: count,
      disk: count,
      offliners: z.array(offliner, 'Not a valid list.'),
      selfish: loose,
      platforms: z.partialRecord(z.enum(PLATFORMS), count).default({}),
    }),
    requestedQuery: z.strictObject({
      ...paging(200),
      schedule_name: list(scheduleName),
      priority: priority.optional(),
      worker: workerName.optional(),
      matching_cpu: count.optional(),
      matching_memory: count.optional(),
      matching_disk: count.optional(),
      matching_offliners: list(offliner),
    }),
  }
}
export type Wire = ReturnType<typeof build>
export type NewScheduleWire = z.output<Wire['newSchedule']>
export type SchedulePatchWire = z.output<Wire['schedulePatch']>

const built = new WeakMap<Catalogue, Wire>()
export function wireOf(catalogue: Catalogue): Wire {
  const known = built.get(catalogue)
  if (known !== undefined) return known
  const { offliners } = catalogue
  const wire = build(
    offliners.map(({ id }) => id),
    offliners.map(({ dockerImage }) => dockerImage),
  )
  built.set(catalogue, wire)
  return wire
}

/** Keys that a schema takes as lists. */
export const LISTS = new Set([
  'category',
  'lang',
  'tag',
  'schedule_name',
  'matching_offliners',
  'status',
  'with_permission',
])
