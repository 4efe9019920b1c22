import { expand } from '#lib/core/command'
import { languageName } from '#lib/core/languages'
import type { Language, Params, ScheduleConfig, ScheduleSnapshot } from '#lib/core/schedule'
import { configV2, dateV2, notificationV2, statusV2, timestampsV2 } from '#lib/core/task-document-v2'
import type { Field, TaskTypeDefinition } from '#lib/core/task-type'
import type { NewSchedule } from '#lib/services/schedules/create'
import type { ScheduleChange } from '#lib/services/schedules/update'
import type { ScheduleView } from '#lib/services/schedules/view'
import type { Settings } from '#lib/services/settings'
import type { Standing } from '#lib/services/tasks/search'
import type { NewRecipeWire, RecipePatchWire, TASK_STATUSES } from './wire'

export type Paging = { skip: number; limit: number }
/** A page with the true count, also when `skip` lies past the end (zimfarm.md §16). */
export const page = ({ skip, limit }: Paging, count: number, items: readonly unknown[]) => ({
  meta: { count, skip, limit, page_size: items.length, page: limit === 0 ? 1 : Math.floor(skip / limit) + 1 },
  items,
})
/** A page of a list that is whole in memory. */
export const pageOf = (paging: Paging, all: readonly unknown[]) =>
  page(paging, all.length, all.slice(paging.skip, paging.skip + paging.limit))

/** How a language calls itself, where that is known. */
function nativeName(code: string, fallback: string): string {
  const name = new Intl.DisplayNames([code], { type: 'language', fallback: 'none' }).of(code)
  return name ?? fallback
}
export function languageOf(code: string): Language {
  const nameEn = languageName(code) ?? code
  return { code, nameEn, nameNative: nativeName(code, nameEn) }
}

type ResourcesWire = NewRecipeWire['config']['resources']
const three = ({ cpu, memory, disk }: ResourcesWire) => ({ cpu, memory, disk })
const extras = ({ shm, cap_add, cap_drop }: ResourcesWire) => ({
  ...(shm !== undefined && { shm }),
  ...(cap_add !== undefined && { capAdd: cap_add }),
  ...(cap_drop !== undefined && { capDrop: cap_drop }),
})

const INT = /^\s*[+-]?\d+(\.0+)?\s*$/
function numberFor(field: Field, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => numberFor(field, item))
  if (typeof value !== 'string') return value
  if (field.type === 'integer' && INT.test(value)) return Number(value)
  if (field.type === 'float' && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value)
  return value
}

/** Flags as they are kept: null is unset, texts become the numbers that they stand for (zimfarm.md §16). */
export function paramsOf(definition: TaskTypeDefinition, flags: Record<string, unknown>): Params {
  const fields = new Map(definition.fields.map((field) => [field.key, field]))
  const entries = Object.entries(flags)
    .filter(([key, value]) => key !== 'offliner_id' && value !== null)
    .map(([key, value]) => {
      const field = fields.get(key)
      return [key, field === undefined ? value : numberFor(field, value)]
    })
  return Object.fromEntries(entries) as Params
}

/** v2 knows no categories: its recipes are of the one that v1 takes for the rest (zimfarm.md §22). */
const CATEGORY = 'other'

export function fromRecipe(wire: NewRecipeWire, definition: TaskTypeDefinition): NewSchedule & { comment?: string } {
  const { config } = wire
  return {
    name: wire.name,
    taskType: definition.id,
    definitionVersion: wire.version,
    category: CATEGORY,
    language: languageOf(wire.language),
    tags: wire.tags,
    periodicity: wire.periodicity,
    enabled: wire.enabled,
    context: wire.context ?? '',
    platform: config.platform,
    resources: three(config.resources),
    config: {
      params: paramsOf(definition, config.offliner),
      image: config.image,
      warehousePath: config.warehouse_path,
      monitor: config.monitor,
      ...extras(config.resources),
      ...(config.artifacts_globs && { artifactsGlobs: config.artifacts_globs }),
    },
    notification: wire.notification,
    notificationFormat: 'v2',
    comment: wire.comment,
  }
}

export type RecipePatch = Partial<Omit<RecipePatchWire, 'config'>>
/** A patch with wp1's `config` folded in: what stands at the top wins. */
export function folded({ config, ...top }: RecipePatchWire): RecipePatch {
  if (config === undefined) return top
  const { offliner, ...rest } = config
  const given = Object.fromEntries(Object.entries(top).filter(([, value]) => value !== undefined))
  return {
    ...rest,
    ...(offliner !== undefined && top.flags === undefined && { offliner: offliner.offliner_id, flags: offliner }),
    ...given,
  }
}

/** The change that a folded patch asks for, over the stored config. */
export function fromPatch(
  patch: RecipePatch,
  stored: ScheduleConfig,
  params: Params | undefined,
): ScheduleChange & { comment?: string } {
  const { shm, capAdd, capDrop, artifactsGlobs, ...rest } = stored
  const kept = { ...(shm !== undefined && { shm }), ...(capAdd && { capAdd }), ...(capDrop && { capDrop }) }
  const globs = patch.artifacts_globs === undefined ? artifactsGlobs : (patch.artifacts_globs ?? undefined)
  const inConfig = ['warehouse_path', 'image', 'resources', 'monitor', 'artifacts_globs'] as const
  return {
    ...(patch.name !== undefined && { name: patch.name }),
    ...(patch.language !== undefined && { language: languageOf(patch.language) }),
    ...(patch.periodicity !== undefined && { periodicity: patch.periodicity }),
    ...(patch.tags !== undefined && { tags: patch.tags }),
    ...(patch.enabled !== undefined && { enabled: patch.enabled }),
    ...(patch.offliner !== undefined && { taskType: patch.offliner }),
    ...(patch.version !== undefined && { definitionVersion: patch.version }),
    ...(patch.context !== undefined && { context: patch.context }),
    ...(patch.platform !== undefined && { platform: patch.platform }),
    ...(patch.resources !== undefined && { resources: three(patch.resources) }),
    ...(patch.notification !== undefined && {
      notification: patch.notification,
      notificationFormat: 'v2' as const,
    }),
    ...((params !== undefined || inConfig.some((key) => patch[key] !== undefined)) && {
      config: {
        ...rest,
        ...(params !== undefined && { params }),
        ...(patch.image !== undefined && { image: patch.image }),
        ...(patch.warehouse_path !== undefined && { warehousePath: patch.warehouse_path }),
        ...(patch.monitor !== undefined && { monitor: patch.monitor }),
        ...(patch.resources === undefined ? kept : extras(patch.resources)),
        ...(globs !== undefined && { artifactsGlobs: globs }),
      },
    }),
    comment: patch.comment,
  }
}

const lastTask = (last: ScheduleView['lastTask']) =>
  last === null
    ? null
    : { id: last.id, status: statusV2(last), updated_at: dateV2(last.updatedAt), timestamp: timestampsV2(last) }

const common = (recipe: ScheduleView) => ({
  id: recipe.id,
  name: recipe.name,
  enabled: recipe.enabled,
  archived: recipe.archivedAt !== null,
  context: recipe.context,
  is_requested: recipe.queued > 0,
  language: { code: recipe.language.code, name: recipe.language.nameEn },
  most_recent_task: lastTask(recipe.lastTask),
})
export const toRecipeItem = (recipe: ScheduleView) => ({ ...common(recipe), config: { offliner: recipe.taskType } })

/** One recipe (zimfarm.md §18.1). `expanded: false` gives the config without what is made of it. */
export function toRecipe(
  settings: Settings,
  recipe: ScheduleView,
  sight: { secrets: boolean; notification: boolean; valid: boolean; expanded?: boolean },
) {
  const { definition, resources, platform, config } = recipe
  const whole =
    definition === null
      ? { ...config, taskType: recipe.taskType, platform, resources, mountPoint: '/output', command: [], timeLimit: 0 }
      : expand(definition, recipe, settings)
  const shown = sight.expanded === false ? { ...whole, params: config.params, image: config.image } : whole
  const measured = recipe.durations.workers.map(({ worker, seconds, measuredAt }) => [
    worker,
    { value: seconds, on: dateV2(measuredAt), worker_name: worker, default: false },
  ])
  return {
    ...common(recipe),
    tags: recipe.tags,
    periodicity: recipe.periodicity,
    notification: sight.notification ? notificationV2(recipe.notification) : null,
    is_valid: sight.valid,
    version: recipe.definitionVersion,
    offliner: recipe.taskType,
    duration: {
      available: measured.length > 0,
      default: {
        value: recipe.durations.defaultSeconds,
        on: dateV2(recipe.durations.defaultAt),
        worker_name: null,
        default: true,
      },
      workers: measured.length > 0 ? (Object.fromEntries(measured) as unknown) : null,
    },
    config: configV2(shown, definition, { secrets: sight.secrets, expanded: sight.expanded }),
  }
}

/** Where tasks of a status are found. */
export const STANDINGS: Record<(typeof TASK_STATUSES)[number], Standing[]> = {
  requested: [],
  reserved: [{ status: 'reserved', cancelRequested: false }],
  started: [
    { status: 'started', stage: null, cancelRequested: false },
    { status: 'started', stage: 'preparing', cancelRequested: false },
  ],
  scraper_started: [{ status: 'started', stage: 'running', cancelRequested: false }],
  scraper_completed: [{ status: 'started', stage: 'uploading', cancelRequested: false }],
  scraper_killed: [{ status: 'started', stage: 'killing', cancelRequested: false }],
  cancel_requested: [
    { status: 'reserved', cancelRequested: true },
    ...([null, 'preparing', 'running', 'uploading', 'killing'] as const).map((stage) => ({
      status: 'started' as const,
      stage,
      cancelRequested: true,
    })),
  ],
  canceling: [{ status: 'started', stage: 'canceling' }],
  canceled: [{ status: 'canceled' }],
  succeeded: [{ status: 'succeeded' }],
  failed: [{ status: 'failed' }],
}

/** A recipe as it was, with its secrets: histories are for those who may see them (zimfarm.md §18.1). */
export function toSnapshot(snapshot: ScheduleSnapshot, definition: TaskTypeDefinition | null) {
  const { config, platform, resources } = snapshot
  const whole = {
    ...config,
    taskType: snapshot.taskType,
    platform,
    resources,
    mountPoint: '',
    command: [],
    timeLimit: 0,
  }
  return {
    name: snapshot.name,
    enabled: snapshot.enabled,
    language_code: snapshot.language.code,
    tags: snapshot.tags,
    periodicity: snapshot.periodicity,
    context: snapshot.context,
    archived: snapshot.archived,
    offliner_definition_version: snapshot.definitionVersion,
    config: configV2(whole, definition, { secrets: true, expanded: false }),
    notification: snapshot.notification === null ? null : notificationV2(snapshot.notification),
  }
}
