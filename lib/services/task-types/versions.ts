import { timingSafeEqual } from 'node:crypto'
import { may } from '#lib/core/access'
import { definitionProblems } from '#lib/core/definition'
import { CroftError } from '#lib/core/error'
import { BUILTIN_VERSION, type TaskTypeDefinition } from '#lib/core/task-type'
import { json } from '#lib/db/client'
import { demand, transaction, type Context, type ReadContext } from '../context'
import { appendEvent } from '../events/append'
import { createTaskType, hashCiSecret } from './create'
import { getVersion, typeOf, type VersionView } from './get'
import { recheckAt } from './recheck'

export type PostVersion = {
  taskType: string
  version: string
  definition: TaskTypeDefinition
  /** As it was posted, where the definition was made from that. */
  spec?: unknown
  /** Instead of an account with `task_types.update`. */
  ciSecret?: string
}

/** @throws CroftError not_found; unauthenticated when the secret is not the task type's; forbidden without either */
export async function admitVersion(ctx: Context, taskType: string, ciSecret: string | undefined): Promise<void> {
  if (ciSecret === undefined) return demand(ctx, 'task_types.update')
  const row = await ctx.db.taskType.findUnique({ where: { id: taskType }, select: { ciSecretHash: true } })
  if (row === null) throw new CroftError('not_found', `there is no task type ${taskType}`)
  const given = Buffer.from(hashCiSecret(ciSecret))
  const wanted = Buffer.from(row.ciSecretHash ?? '')
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw new CroftError('unauthenticated', 'this is not the secret of the task type')
}

/**
 * Adds or replaces a version of a task type; its schedules are then checked again by the dispatcher (zimfarm.md §18.2).
 * @throws CroftError as admitVersion; invalid with a complaint for each path; conflict for the version that comes with Croft
 */
export async function postVersion(
  ctx: Context,
  input: PostVersion,
): Promise<{ created: boolean; version: VersionView }> {
  await admitVersion(ctx, input.taskType, input.ciSecret)
  return writeVersion(ctx, input)
}

/**
 * A new task type with the first version of its definition.
 * @throws CroftError forbidden; conflict when the id is taken; invalid with a complaint for each path
 */
export async function addTaskType(
  ctx: Context,
  input: { definition: TaskTypeDefinition; version: string; ciSecret?: string },
): Promise<VersionView> {
  demand(ctx, 'task_types.create')
  const { definition, version, ciSecret } = input
  const { id, title, description, executor, offliner, image: dockerImage = null, executable: command } = definition
  refuseProblems(definition)
  const baseModel = definition.baseModel ?? 'DashModel'
  await createTaskType(ctx, { id, title, description, executor, offliner, baseModel, dockerImage, command, ciSecret })
  return (await writeVersion(ctx, { taskType: id, version, definition })).version
}

function refuseProblems(definition: TaskTypeDefinition): void {
  const problems = definitionProblems(definition)
  const [first] = Object.entries(problems)
  if (first === undefined) return
  throw new CroftError('invalid', `the definition cannot be used: ${first[0]}: ${first[1].join(', ')}`, problems)
}

/**
 * A secret of schedules that are there must not become public by a replaced definition, e.g. one from a build server.
 * @throws CroftError forbidden
 */
function refuseDisclosure(ctx: ReadContext, before: TaskTypeDefinition, next: TaskTypeDefinition): void {
  if (may(ctx.actor, 'schedules.secrets')) return
  const open = new Set(next.fields.filter((field) => field.secret !== true).map(({ key }) => key))
  const shown = before.fields.filter(({ key, secret }) => secret === true && open.has(key)).map(({ key }) => key)
  if (shown.length === 0) return
  const message = `${shown.join(', ')} is secret in this version: post what shows it as another version`
  throw new CroftError('forbidden', message)
}

async function writeVersion(ctx: Context, input: PostVersion): Promise<{ created: boolean; version: VersionView }> {
  const { taskType, version } = input
  if (input.definition.id !== taskType) {
    const message = `the definition is of ${input.definition.id}, not of ${taskType}`
    throw new CroftError('invalid', message, { id: [`must be ${taskType}`] })
  }
  const type = await typeOf(ctx, taskType)
  if (type.builtin && version === BUILTIN_VERSION) {
    const message = `the version ${version} of ${taskType} comes with Croft and is written at each start: choose another`
    throw new CroftError('conflict', message, { version: ['comes with Croft'] })
  }
  const { executor, offliner } = type
  const definition: TaskTypeDefinition = { ...input.definition, id: taskType, executor, offliner }
  refuseProblems(definition)
  const created = await transaction(ctx, async (tx) => {
    await tx.db.$executeRaw`SELECT 1 FROM task_type WHERE id = ${taskType} FOR UPDATE`
    const key = { taskTypeId: taskType, version }
    const before = await tx.db.taskTypeVersion.findUnique({
      where: { taskTypeId_version: key },
      select: { definition: true },
    })
    if (before !== null) refuseDisclosure(tx, before.definition as unknown as TaskTypeDefinition, definition)
    const now = tx.now()
    const data = {
      definition: json(definition) as object,
      spec: json(input.spec),
      updatedAt: now,
    }
    await tx.db.taskTypeVersion.upsert({
      where: { taskTypeId_version: key },
      create: { ...key, ...data, createdAt: now },
      update: { ...data, recheckAt: recheckAt(now), recheckAfter: null },
      select: { version: true },
    })
    if (!type.versions.has(type.version)) await tx.db.taskType.update({ where: { id: taskType }, data: { version } })
    const kind = before === null ? 'task_type.version_added' : 'task_type.version_replaced'
    await appendEvent(tx, { kind, data: { taskType, version } })
    return before === null
  })
  ctx.taskTypes.forget()
  return { created, version: await getVersion(ctx, taskType, version) }
}
