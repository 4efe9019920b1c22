import { UUID } from '#lib/core/id'
import { z } from 'zod'
import { PLATFORMS_V2, WAREHOUSE_PATHS_V2 } from '#lib/core/catalogue'
import { isLanguageCode } from '#lib/core/languages'
import { isWebUrl } from '#lib/core/params'
import { PERIODICITIES } from '#lib/core/schedule'
import { BASE_MODELS, BLOB_KINDS } from '#lib/core/task-type'
import type { Catalogue } from '#lib/services/task-types/catalogue'
import { EVENTS, NEWER_EVENTS } from '../events'
import { V2_NAMESPACES, V2_ROLE_NAMES, type V2Role } from './access'

// Zimfarm v2's spelling (zimfarm.md §16–20): unknown keys are ignored, numbers may come as texts.

const text = z.string('must be a text').refine((value) => !value.includes('\u0000'), 'must not hold a NUL character')
const filled = text.min(1, 'must not be empty')
const int = z
  .union(
    [z.number('must be a whole number'), z.string().regex(/^\s*[+-]?\d+(\.0+)?\s*$/, 'must be a whole number')],
    'must be a whole number',
  )
  .transform(Number)
  .pipe(z.number().int('must be a whole number').max(Number.MAX_SAFE_INTEGER, 'is too large'))
const count = int.pipe(z.number().min(0, 'must be 0 or more'))
const cores = count.pipe(z.number().max(100_000, 'must be 100000 or less'))
const YES = ['true', '1', 'on', 'yes', 'y', 't']
const NO = ['false', '0', 'off', 'no', 'n', 'f']
const bool = z.union([z.boolean(), z.literal([0, 1]), z.string()], 'must be true or false').transform((value, ctx) => {
  const word = String(value).toLowerCase()
  if (YES.includes(word)) return true
  if (NO.includes(word)) return false
  ctx.addIssue({ code: 'custom', message: 'must be true or false' })
  return z.NEVER
})
/** Null is the same as absent. */
const opt = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined)
const uuid = z.string().regex(UUID, 'must be a UUID')
/** An id of the path; a malformed one is a matter of form here. */
export const idPath = z.object({ id: uuid.transform((value) => value.toLowerCase()) })
const many = (value: unknown) => (value === undefined || Array.isArray(value) ? value : [value])

// Accounts and sessions
const password = text.min(8, 'must have at least 8 characters').max(1000)
const shortName = text.trim().min(3, 'must have at least 3 characters').max(200)
const role = z.enum(V2_ROLE_NAMES)
export const credentials = z.object({ username: filled.max(200), password: filled.max(1000) })
export const refresh = z.object({ refresh_token: uuid })
export const newAccount = z
  .object({
    username: opt(shortName),
    display_name: opt(shortName),
    password: opt(password),
    role: role.refine((value) => value !== 'worker', 'is made together with a worker: POST /workers'),
    idp_sub: opt(filled.max(500)),
  })
  .refine((it) => it.username !== undefined || it.display_name !== undefined, 'username or display_name is needed')
  .refine((it) => it.password === undefined || it.username !== undefined, 'a password needs a username')
const scope = z.object(
  Object.fromEntries(
    Object.entries(V2_NAMESPACES).map(([namespace, names]) => [
      namespace,
      z.object(Object.fromEntries(names.map((name) => [name, bool.optional()]))).optional(),
    ]),
  ),
) as unknown as z.ZodType<{ [N in keyof typeof V2_NAMESPACES]?: Record<string, boolean> }>
export const accountPatch = z
  .object({
    role: opt(role),
    scope: opt(scope),
    username: opt(shortName),
    display_name: opt(shortName),
    idp_sub: opt(filled.max(500)),
  })
  .refine((it) => it.role === undefined || it.scope === undefined, 'role and scope exclude each other')
export type AccountPatch = z.output<typeof accountPatch> & { role?: V2Role }
export const passwordChange = z.object({ current: opt(text.max(1000)), new: password.nullable() })

// Recipes
const recipeName = filled
  .max(500, 'must not be longer than 500 characters')
  .refine((value) => value !== 'none', '`none` is reserved')
  .refine((value) => value.trim() === value, 'must not begin or end with white space')
  .refine((value) => !value.includes('/'), 'must not hold a slash')
  .refine((value) => value === value.toLowerCase(), 'must not hold upper-case letters')
const language = text.refine(isLanguageCode, 'must be an ISO 639-3 code')
const tags = z.array(filled, 'must be a list of texts')
const periodicity = z.enum(PERIODICITIES)
const warehousePath = z.enum(WAREHOUSE_PATHS_V2 as [string, ...string[]])
const platform = z.enum(PLATFORMS_V2).nullable()
const resources = z.object({
  cpu: cores,
  memory: count,
  disk: count,
  shm: opt(count),
  cap_add: opt(z.array(text)),
  cap_drop: opt(z.array(text)),
})
const globs = z.array(filled).nullable()
const flags = z.record(z.string(), z.unknown(), 'must be an object')
const context = text.max(200)
const comment = opt(text.max(10_000))

/** Null lists, and null within a list, stand for nobody. */
const targets = (item: z.ZodType<string>) =>
  z.preprocess(
    (value) => (Array.isArray(value) ? value.filter((one) => one !== null) : (value ?? [])),
    z.array(item, 'must be a list'),
  )
const occasion = z
  .object({
    mailgun: targets(z.email('must be an e-mail address')),
    webhook: targets(text.refine((value) => isWebUrl(value, true), 'must be an http or https address')),
    slack: targets(text.regex(/^[#@].+/, 'must begin with # or @')),
  })
  .nullish()
  .transform((value) =>
    Object.fromEntries(Object.entries(value ?? {}).filter(([, list]: [string, string[]]) => list.length > 0)),
  )
const notification = z
  .object({ requested: occasion, started: occasion, ended: occasion })
  .nullable()
  .transform((value) => {
    const told = Object.entries(value ?? {}).filter(([, channels]) => Object.keys(channels).length > 0)
    return told.length === 0 ? null : Object.fromEntries(told)
  })

export const clone = z.object({ name: recipeName, comment })
export const commented = z.object({ comment })
export const restoreMany = z
  .object({ recipe_names: opt(z.array(text).max(10_000)), recipe_ids: opt(z.array(uuid).max(10_000)), comment })
  .refine(
    (it) => (it.recipe_names === undefined) !== (it.recipe_ids === undefined),
    'give either recipe_names or recipe_ids',
  )

// Blobs and definitions
export const newBlob = z.object({
  flag_name: filled.max(100),
  kind: z.enum(BLOB_KINDS),
  data: filled,
  comments: opt(text.max(10_000)),
})
export const blobPatch = z.object({ comments: text.max(10_000).nullable() })
const offlinerId = filled.regex(/^[a-z0-9][a-z0-9_-]{0,99}$/, 'must have lower-case letters, digits, - and _ only')
export const newOffliner = z.object({
  offliner_id: offlinerId,
  base_model: z.enum(BASE_MODELS),
  docker_image_name: filled.max(300),
  command_name: filled.max(300),
  ci_secret_hash: opt(filled.max(1000)),
})
export const newVersion = z.object({ version: filled.max(100), ci_secret: filled.max(1000), spec: flags })

// Requests, tasks and workers
const priority = int.pipe(z.number().min(1, 'must be 1 to 10').max(10, 'must be 1 to 10'))
const workerName = text.min(3, 'must have at least 3 characters')
export const newRequest = z.object({
  recipe_names: z.array(text, 'must be a list').max(10_000),
  priority: opt(priority),
  worker: opt(workerName),
})
export const priorityPatch = z.object({ priority })
export const take = z.object({ worker_name: workerName })
export const event = z.object({ event: z.enum([...EVENTS, ...NEWER_EVENTS]), payload: flags })
const sshKey = text.refine((line) => line.trim().split(/\s+/).length === 3, 'must be `ssh-… BLOB COMMENT`').max(20_000)
export const newWorker = z.object({
  name: z
    .string()
    .min(3, 'must have at least 3 characters')
    .max(100)
    .regex(/^[a-z0-9-]+$/, 'must have lower-case letters, digits and hyphens only'),
  ssh_key: z.object({ key: sshKey }),
})
export const newKey = z.object({ key: sshKey })
const address = z.union([z.ipv4(), z.ipv6()], 'must be an IP address').nullable()
export const workerPatch = z.object({
  contexts: opt(z.record(filled.max(200), address)),
  admin_disabled: opt(bool),
})
const image = z.object({ hash: filled.max(200), created_at: filled.max(100) })
export const checkIn = z.object({
  cpu: cores,
  memory: count,
  disk: count,
  offliners: z.array(text, 'must be a list'),
  selfish: opt(bool),
  platforms: opt(z.record(z.string(), count)),
  cordoned: opt(bool),
  docker_image: opt(image),
})

// Queries
const paging = (most: number, usual: number) => ({
  skip: count.default(0),
  limit: int.pipe(z.number().min(1, 'must be 1 or more').max(most, `must be ${most} or less`)).default(usual),
})
const one = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value)
const list = <T extends z.ZodType>(item: T) => z.preprocess(many, z.array(item).optional())
export const pageQuery = z.object(paging(200, 20))
export const tagsQuery = z.object(paging(500, 200))
export const contextsQuery = z.object(paging(500, 500))
export const languagesQuery = z.object(paging(500, 20))
export const historyQuery = z.object(paging(200, 200))
export const accountsQuery = z.object({
  ...paging(200, 20),
  username: text.optional(),
  show_workers: bool.default(true),
  show_viewers: bool.default(true),
})
export const recipesQuery = z.object({
  ...paging(200, 20),
  name: text.optional(),
  lang: list(text),
  tag: list(text),
  offliner: list(text),
  archived: bool.default(false),
})
export const hidden = z.object({ hide_secrets: bool.default(true) })
export const taskSecrets = z.object({ hide_secrets: bool.default(false) })
export const backupQuery = z.object({ hide_secrets: bool.default(true), archived: bool.default(false) })
export const imagesQuery = z.object({ hub_name: filled })
export const TASK_STATUSES = [
  'requested',
  'reserved',
  'started',
  'scraper_started',
  'scraper_completed',
  'scraper_killed',
  'cancel_requested',
  'canceling',
  'canceled',
  'succeeded',
  'failed',
] as const
export const SORTS = ['updated_at', 'done', 'doing', 'failed'] as const
export const tasksQuery = z.object({
  ...paging(200, 20),
  status: list(z.enum(TASK_STATUSES)),
  recipe_name: z.preprocess(one, text.optional()),
  recipe_id: uuid.optional(),
  offliner: z.preprocess(one, text.optional()),
  sort_criteria: z.enum(SORTS).default('updated_at'),
  fetch_most_recent_tasks: bool.default(false),
})
export const requestedQuery = z.object({
  ...paging(200, 20),
  recipe_name: list(text),
  priority: int.optional(),
  worker: text.optional(),
  matching_cpu: count.optional(),
  matching_memory: count.optional(),
  matching_disk: count.optional(),
  matching_offliners: list(text),
})
export const pollQuery = z.object({
  worker_name: workerName,
  avail_cpu: count,
  avail_memory: count,
  avail_disk: count,
  total_cpu: cores.optional(),
  total_memory: count.optional(),
  total_disk: count.optional(),
})
export const workersQuery = z.object({ ...paging(200, 20), hide_offlines: bool.default(false) })
export const statusQuery = z.object({ status: filled, threshold_secs: count })
export const withPermission = z.object({ with_permission: list(text) })

/** What names offliners and their images: these are data, so the schemas follow the catalogue. */
function build(offliners: readonly string[], images: readonly (string | null)[]) {
  const offliner = text.refine((id) => offliners.includes(id), 'is no offliner that is known')
  const image = z.object({
    name: text
      .transform((value) => value.replace(/^ghcr\.io\//, ''))
      .refine((value) => images.includes(value), 'is no image of an offliner'),
    tag: filled,
  })
  const flagsOf = z.looseObject({ offliner_id: offliner })
  const config = z.object({
    warehouse_path: warehousePath,
    image,
    resources,
    offliner: flagsOf,
    platform: platform.optional().default(null),
    monitor: bool.default(false),
    artifacts_globs: globs.optional(),
  })
  return {
    newRecipe: z.object({
      name: recipeName,
      language,
      periodicity,
      tags,
      enabled: bool,
      version: filled.max(100),
      context: opt(context),
      config,
      notification: notification.optional().default(null),
      comment,
    }),
    recipePatch: z.object({
      name: opt(recipeName),
      language: opt(language),
      periodicity: opt(periodicity),
      tags: opt(tags),
      enabled: opt(bool),
      warehouse_path: opt(warehousePath),
      image: opt(image),
      platform: platform.optional(),
      resources: opt(resources),
      monitor: opt(bool),
      artifacts_globs: globs.optional(),
      offliner: opt(offliner),
      flags: opt(flags),
      version: opt(filled.max(100)),
      context: opt(context),
      notification: notification.optional(),
      comment,
      /** wp1 sends what it would create: its parts stand in for what is not there at the top (zimfarm.md §18.1). */
      config: opt(
        z.object({
          warehouse_path: opt(warehousePath),
          image: opt(image),
          platform: platform.optional(),
          resources: opt(resources),
          monitor: opt(bool),
          artifacts_globs: globs.optional(),
          offliner: opt(flagsOf),
        }),
      ),
    }),
  }
}
type Wire = ReturnType<typeof build>
export type NewRecipeWire = z.output<Wire['newRecipe']>
export type RecipePatchWire = z.output<Wire['recipePatch']>

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

/** Keys that a query may repeat. */
export const LISTS = new Set([
  'lang',
  'tag',
  'offliner',
  'status',
  'recipe_name',
  'matching_offliners',
  'with_permission',
])
