import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { IMPORT_KINDS, IMPORT_OUTCOMES } from '#lib/contract/import'
import { ROLES, type Role } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { BUILTIN_VERSION } from '#lib/core/task-type'
import { PERIODICITIES, type Params } from '#lib/core/schedule'
import { createAccount } from '#lib/services/accounts/create'
import { accountByName } from '#lib/services/accounts/manage'
import type { Context } from '#lib/services/context'
import { addKey } from '#lib/services/keys/manage'
import { createSchedule, type NewSchedule } from '#lib/services/schedules/create'
import { takeOverDurations, type MeasuredElsewhere } from '#lib/services/schedules/durations'
import { getSchedule } from '#lib/services/schedules/get'
import { updateSchedule } from '#lib/services/schedules/update'
import type { ScheduleView } from '#lib/services/schedules/view'
import { createTaskType } from '#lib/services/task-types/create'
import { getVersion } from '#lib/services/task-types/get'
import { postVersion } from '#lib/services/task-types/versions'
import { adoptWorker } from '#lib/services/workers/adopt'
import { workerByName } from '#lib/services/workers/poll'
import { readSpec, toDefinition } from './v2/spec'

// A Zimfarm's own documents, of both versions, read with indulgence: what is not needed is not looked at (zimfarm.md §5.4, §18.1).
type Item = {
  kind: (typeof IMPORT_KINDS)[number]
  name: string
  outcome: (typeof IMPORT_OUTCOMES)[number]
  notes: string[]
}
type Options = { update: boolean; dryRun: boolean }

const instant = z
  .string()
  .transform((text) => new Date(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`))
  .refine((date) => !Number.isNaN(date.getTime()), 'is no time')
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const three = z.object({ cpu: count.max(100_000), memory: count, disk: count })
const resources = three.extend({
  shm: count.nullish(),
  cap_add: z.array(z.string()).nullish(),
  cap_drop: z.array(z.string()).nullish(),
})
const targets = z.array(z.string().min(1)).nullish()
const occasion = z
  .object({ webhook: targets, mailgun: targets, slack: targets })
  .nullish()
  .transform((told) => Object.fromEntries(Object.entries(told ?? {}).filter(([, list]) => (list ?? []).length > 0)))
const duration = z.object({ value: count, on: instant })
const common = {
  name: z.string().trim().min(1).max(500),
  tags: z.array(z.string()),
  periodicity: z.enum(PERIODICITIES),
  enabled: z.boolean(),
  notification: z.object({ requested: occasion, started: occasion, ended: occasion }).nullish(),
  duration: z.object({ workers: z.record(z.string(), duration).nullish() }).nullish(),
}
const settings = {
  warehouse_path: z.string(),
  image: z.object({ name: z.string(), tag: z.string() }).nullish(),
  resources,
  platform: z.string().nullish(),
  monitor: z.boolean().nullish(),
  artifacts_globs: z.array(z.string().min(1)).nullish(),
}
const v1Schedule = z.object({
  ...common,
  category: z.string(),
  language: z.object({ code: z.string(), name_en: z.string(), name_native: z.string() }),
  config: z.object({ ...settings, task_name: z.string(), flags: z.record(z.string(), z.unknown()) }),
})
const v2Recipe = z.object({
  ...common,
  archived: z.boolean().default(false),
  context: z.string().default(''),
  version: z.string(),
  language: z.object({ code: z.string(), name: z.string() }),
  config: z.object({ ...settings, offliner: z.looseObject({ offliner_id: z.string() }) }),
})

type Foreign = { schedule: NewSchedule; durations: MeasuredElsewhere[]; notes: string[] }

function fromV1({ language, category, config, ...told }: z.output<typeof v1Schedule>): Foreign {
  return shared(told, config, {
    taskType: config.task_name,
    category,
    language: { code: language.code, nameEn: language.name_en, nameNative: language.name_native },
    params: config.flags,
  })
}

function fromV2({ language, context, version, archived, config, ...told }: z.output<typeof v2Recipe>): Foreign {
  const { offliner_id: taskType, ...flags } = config.offliner
  const foreign = shared(told, config, {
    taskType,
    category: 'other',
    language: { code: language.code, nameEn: language.name, nameNative: language.name },
    params: Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== null)),
  })
  const schedule = { ...foreign.schedule, context, definitionVersion: version }
  if (!archived) return { ...foreign, schedule }
  return {
    ...foreign,
    schedule: { ...schedule, enabled: false },
    notes: [...foreign.notes, 'it is archived there: it is disabled here'],
  }
}

function shared(
  told: Pick<z.output<typeof v1Schedule>, keyof typeof common>,
  { resources, image, ...config }: Pick<z.output<typeof v1Schedule>['config'], keyof typeof settings>,
  own: Pick<NewSchedule, 'taskType' | 'category' | 'language'> & { params: Record<string, unknown> },
): Foreign {
  const { params, ...rest } = own
  const { cpu, memory, disk, shm, cap_add, cap_drop } = resources
  const masked = Object.keys(params).filter((key) => /^(-{8}|\*{8,})$/.test(String(params[key])))
  const notes = masked.map((key) => `${key} is masked there: sign in to the old farm as somebody who sees secrets`)
  const { requested = {}, started = {}, ended = {} } = told.notification ?? {}
  return {
    notes,
    durations: Object.entries(told.duration?.workers ?? {}).map(([worker, { value, on }]) => ({
      worker,
      seconds: value,
      measuredAt: on,
    })),
    schedule: {
      ...rest,
      name: told.name,
      tags: told.tags,
      periodicity: told.periodicity,
      enabled: told.enabled && masked.length === 0,
      platform: config.platform ?? null,
      resources: { cpu, memory, disk },
      config: {
        params: Object.fromEntries(Object.entries(params).filter(([key]) => !masked.includes(key))) as Params,
        image: image ? { name: image.name.replace(/^ghcr\.io\//, ''), tag: image.tag } : null,
        warehousePath: config.warehouse_path,
        monitor: config.monitor ?? false,
        ...(typeof shm === 'number' && { shm }),
        ...(Array.isArray(cap_add) && { capAdd: cap_add }),
        ...(Array.isArray(cap_drop) && { capDrop: cap_drop }),
        ...(Array.isArray(config.artifacts_globs) && { artifactsGlobs: config.artifacts_globs }),
      },
      notification: { requested, started, ended },
    },
  }
}

const nameOf = (document: unknown) => {
  const { name, username, offliner, version } = (document ?? {}) as Record<string, unknown>
  if (typeof offliner === 'string' && typeof version === 'string') return `${offliner} ${version}`
  return typeof name === 'string' ? name : typeof username === 'string' ? username : '(no name)'
}

/** The complaints of a schema, by path. */
function parsed<T extends z.ZodType>(schema: T, document: unknown): z.output<T> {
  const result = schema.safeParse(document)
  if (result.success) return result.data
  const complaints = result.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new CroftError('invalid', complaints.join('; '))
}

const complaintsOf = (view: ScheduleView) =>
  view.invalid === null
    ? []
    : [
        `it is disabled, because it does not fit ${view.taskType} ${view.definitionVersion}: ${Object.entries(
          view.invalid,
        )
          .map(([field, why]) => `${field.replace('config.params.', '')} ${why.join(', ')}`)
          .join('; ')}`,
      ]

/** What of a schedule an import writes, in one order, for comparing. */
const compared = (one: NewSchedule | ScheduleView) => {
  const { taskType, category, language, tags, periodicity, enabled, platform, resources, context = '' } = one
  const notification = Object.entries(one.notification ?? {}).filter(([, channels]) => Object.keys(channels).length > 0)
  return {
    ...{ taskType, category, language, tags, periodicity, enabled, platform, resources, context },
    ...{ config: one.config, notification: Object.fromEntries(notification) },
  }
}

async function importSchedule(ctx: Context, document: unknown, options: Options): Promise<Omit<Item, 'kind' | 'name'>> {
  const isV2 = typeof (document as { config?: { offliner?: unknown } } | null)?.config?.offliner === 'object'
  const { durations, notes, ...foreign } = isV2
    ? fromV2(parsed(v2Recipe, document))
    : fromV1(parsed(v1Schedule, document))
  let { schedule } = foreign
  const types = await ctx.taskTypes.current()
  const type = types.type(schedule.taskType)
  if (type !== undefined && !type.versions.has(schedule.definitionVersion ?? type.version)) {
    notes.push(`version ${schedule.definitionVersion} of ${type.id} is not known here: it takes ${type.version}`)
    schedule = { ...schedule, definitionVersion: type.version }
  }
  const known = await getSchedule(ctx, schedule.name).catch((error: unknown) => {
    if (error instanceof CroftError && error.code === 'not_found') return null
    throw error
  })
  if (known !== null && isDeepStrictEqual(compared(schedule), compared(known))) return { outcome: 'unchanged', notes }
  if (known !== null && !options.update) return { outcome: 'kept', notes }
  const outcome = known === null ? 'created' : 'updated'
  if (options.dryRun) return { outcome, notes }
  const view =
    known === null
      ? await createSchedule(ctx, schedule, { evenInvalid: true })
      : await updateSchedule(ctx, known.id, schedule)
  await takeOverDurations(ctx, view.id, durations)
  return { outcome, notes: [...notes, ...complaintsOf(view)] }
}

const keys = z.array(z.object({ key: z.string(), name: z.string().nullish() })).nullish()

const foreignAccount = z.object({
  username: z.string().min(1).max(200).nullish(),
  display_name: z.string().nullish(),
  email: z.string().nullish(),
  role: z.string(),
  ssh_keys: keys,
})

const NO_KEYS = { added: 0, notes: [] as string[] }

/** Gives an account the public keys that it has there. */
async function takeKeys(ctx: Context, username: string, told: z.output<typeof keys>): Promise<typeof NO_KEYS> {
  const notes: string[] = []
  let added = 0
  for (const { key, name } of told ?? []) {
    try {
      await addKey(ctx, { username, key, ...(name && { name }) })
      added += 1
    } catch (error) {
      if (!(error instanceof CroftError)) throw error
      if (error.code !== 'conflict') notes.push(`its key ${name ?? ''} was not taken: ${error.message}`)
    }
  }
  return { added, notes }
}

async function importAccount(ctx: Context, document: unknown, options: Options): Promise<Omit<Item, 'kind' | 'name'>> {
  const { username, display_name, email, role, ssh_keys } = parsed(foreignAccount, document)
  const name = username ?? display_name
  if (!name) throw new CroftError('invalid', 'it has neither username nor display_name')
  const known = await isKnown(accountByName(ctx, name))
  if (known) {
    const { added, notes } = options.dryRun ? NO_KEYS : await takeKeys(ctx, name, ssh_keys)
    return { outcome: added > 0 ? 'updated' : 'unchanged', notes }
  }
  const own = (ROLES as string[]).includes(role) ? (role as Role) : 'viewer'
  const notes = own === role ? [] : [`its role there is ${role}: it is a viewer here, give it what it needs`]
  if (!options.dryRun) {
    await createAccount(ctx, { username: name, password: null, email: email ?? null, role: own })
    notes.push(...(await takeKeys(ctx, name, ssh_keys)).notes)
  }
  return { outcome: 'created', notes: [...notes, 'it has no password yet'] }
}

const foreignWorker = z.object({
  name: z.string().min(1).max(200),
  username: z.string().min(1),
  offliners: z.array(z.string()).default([]),
  resources: z.union([three, z.object({ total: three }).transform(({ total }) => total)]),
  last_seen: instant.nullish(),
  selfish: z.boolean().nullish(),
  platforms: z.record(z.string(), count).nullish(),
  contexts: z.record(z.string(), z.string().nullable()).nullish(),
  ssh_keys: keys,
})

async function importWorker(ctx: Context, document: unknown, options: Options): Promise<Omit<Item, 'kind' | 'name'>> {
  const told = parsed(foreignWorker, document)
  if (await isKnown(workerByName(ctx, told.name))) {
    const { added, notes } = options.dryRun ? NO_KEYS : await takeKeys(ctx, told.username, told.ssh_keys)
    return { outcome: added > 0 ? 'updated' : 'unchanged', notes }
  }
  const types = await ctx.taskTypes.current()
  const unknown = told.offliners.filter((id) => types.type(id) === undefined)
  const notes = unknown.length === 0 ? [] : [`it runs what is not known here: ${unknown.join(', ')}`]
  if (options.dryRun) return { outcome: 'created', notes }
  if (!(await isKnown(accountByName(ctx, told.username)))) {
    await createAccount(ctx, { username: told.username, password: null, email: null, role: 'worker' })
    notes.push(`its account ${told.username} was made, without password`)
  }
  notes.push(...(await takeKeys(ctx, told.username, told.ssh_keys)).notes)
  const { name, username, offliners, resources, last_seen, selfish, platforms, contexts } = told
  const made = await adoptWorker(ctx, {
    ...{ name, username, resources, platforms: platforms ?? {}, contexts: contexts ?? {} },
    ...{ taskTypes: offliners, selfish: selfish ?? false, lastSeenAt: last_seen ?? null },
  })
  return { outcome: made ? 'created' : 'unchanged', notes }
}

const foreignDefinition = z.object({ offliner: z.string().min(1), version: z.string().min(1), schema: z.unknown() })

/** A version of an offliner, as GET /v2/offliners/ID/VERSION/spec answers it (zimfarm.md §18.2). */
async function importDefinition(
  ctx: Context,
  document: unknown,
  options: Options,
): Promise<Omit<Item, 'kind' | 'name'>> {
  const { offliner, version, schema } = parsed(foreignDefinition, document)
  const notes: string[] = []
  const spec = readSpec(schema)
  const type = (await ctx.taskTypes.current()).type(offliner)
  if (type?.builtin === true && version === BUILTIN_VERSION)
    return { outcome: 'kept', notes: [`the version ${version} of ${offliner} is the one that comes with Croft`] }
  if (type?.versions.has(version) === true) {
    const known = await getVersion(ctx, offliner, version)
    if (isDeepStrictEqual(known.spec, schema)) return { outcome: 'unchanged', notes }
    if (!options.update) return { outcome: 'kept', notes }
  }
  const outcome = type?.versions.has(version) === true ? 'updated' : 'created'
  if (type === undefined)
    notes.push(
      `${offliner} was not known: it has the image openzim/${offliner} and the command ${offliner}; check both`,
    )
  if (options.dryRun) return { outcome, notes }
  const made =
    type ??
    (await createTaskType(ctx, {
      ...{ id: offliner, baseModel: 'DashModel', dockerImage: `openzim/${offliner}`, command: offliner },
    }))
  await postVersion(ctx, { taskType: offliner, version, definition: toDefinition(made, spec), spec: schema })
  return { outcome, notes }
}

async function isKnown(looking: Promise<unknown>): Promise<boolean> {
  try {
    await looking
    return true
  } catch (error) {
    if (error instanceof CroftError && error.code === 'not_found') return false
    throw error
  }
}

/** Takes over what a Zimfarm tells of itself, what others need first; each document by itself. */
export async function importZimfarm(
  ctx: Context,
  input: Options & { accounts: unknown[]; definitions: unknown[]; workers: unknown[]; schedules: unknown[] },
): Promise<Item[]> {
  const items: Item[] = []
  const each = async (kind: Item['kind'], documents: unknown[], take: typeof importSchedule) => {
    for (const document of documents) {
      const name = nameOf(document)
      try {
        items.push({ kind, name, ...(await take(ctx, document, input)) })
      } catch (error) {
        if (!(error instanceof CroftError)) throw error
        items.push({ kind, name, outcome: 'refused', notes: [error.message] })
      }
    }
  }
  await each('account', input.accounts, importAccount)
  await each('definition', input.definitions, importDefinition)
  await each('worker', input.workers, importWorker)
  await each('schedule', input.schedules, importSchedule)
  return items
}
