import { CroftError } from '#lib/core/error'
import type { TaskTypeDefinition } from '#lib/core/task-type'
import { blobPrefix } from '../blobs/address'
import type { ReadContext } from '../context'
import type { TaskTypeEntry } from './catalogue'

/** @throws CroftError not_found, naming those there are */
export async function typeOf(ctx: ReadContext, id: string): Promise<TaskTypeEntry> {
  const types = await ctx.taskTypes.current()
  const type = types.type(id)
  if (type !== undefined) return type
  throw new CroftError('not_found', `there is no task type ${id}; there are ${types.types.map((t) => t.id).join(', ')}`)
}

export type VersionView = {
  taskType: string
  version: string
  definition: TaskTypeDefinition
  /** As a foreign client posted it, where one did. */
  spec: unknown
  createdAt: Date
  updatedAt: Date
  /** Whether its schedules are still being checked again. */
  rechecking: boolean
}

/** One version of a task type. @throws CroftError not_found */
export async function getVersion(ctx: ReadContext, taskType: string, version: string): Promise<VersionView> {
  const row = await ctx.db.taskTypeVersion.findUnique({
    where: { taskTypeId_version: { taskTypeId: taskType, version } },
  })
  if (row === null) throw new CroftError('not_found', `there is no version ${version} of a task type ${taskType}`)
  return {
    taskType,
    version,
    definition: row.definition as unknown as TaskTypeDefinition,
    spec: row.spec,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    rechecking: row.recheckAt !== null,
  }
}

/** How this farm checks the parameters of a task type: for forms that check as one types. */
export const checkSettings = ({ settings }: ReadContext, taskType: string) => ({
  relaxed: settings.relaxed(taskType),
  blobUrl: blobPrefix(settings),
  blobMaxSize: settings.blobMaxSize,
})

/** Of each version of a task type: how many schedules are of it, and how many of them do not fit. @throws CroftError not_found */
export async function versionUse(
  ctx: ReadContext,
  taskType: string,
): Promise<
  { version: string; createdAt: Date; updatedAt: Date; rechecking: boolean; schedules: number; invalid: number }[]
> {
  await typeOf(ctx, taskType)
  return ctx.db.$queryRaw`
    SELECT v.version, v.created_at AS "createdAt", v.updated_at AS "updatedAt", v.recheck_at IS NOT NULL AS rechecking,
      count(s.id)::int AS schedules, count(s.invalid)::int AS invalid
    FROM task_type_version v
    LEFT JOIN schedule s ON s.task_type_id = v.task_type_id AND s.definition_version = v.version AND s.archived_at IS NULL
    WHERE v.task_type_id = ${taskType}
    GROUP BY v.task_type_id, v.version ORDER BY v.created_at, v.version`
}
