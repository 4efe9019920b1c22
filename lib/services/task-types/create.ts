import { createHash } from 'node:crypto'
import { CroftError } from '#lib/core/error'
import type { BaseModel, Executor } from '#lib/core/task-type'
import { isUniqueViolation } from '#lib/db/client'
import { demand, transaction, type Context } from '../context'
import { appendEvent } from '../events/append'
import { typeOf } from './get'
import type { TaskTypeEntry } from './catalogue'

export type NewTaskType = {
  id: string
  title?: string
  description?: string
  executor?: Executor
  offliner?: boolean
  baseModel?: BaseModel | null
  /** Image without registry, e.g. `openzim/zimit`. */
  dockerImage: string | null
  command: string
  /** With it a build server posts versions; it is kept as a hash. */
  ciSecret?: string | null
}

export const hashCiSecret = (secret: string) => createHash('sha256').update(secret).digest('hex')

/** A new task type, without a version yet (zimfarm.md §18.2). @throws CroftError forbidden; conflict when the id is taken */
export async function createTaskType(ctx: Context, input: NewTaskType): Promise<TaskTypeEntry> {
  demand(ctx, 'task_types.create')
  const now = ctx.now()
  try {
    await transaction(ctx, async (tx) => {
      await tx.db.taskType.create({
        data: {
          id: input.id,
          title: input.title ?? input.id,
          description: input.description ?? '',
          executor: input.executor ?? 'container',
          offliner: input.offliner ?? true,
          baseModel: input.baseModel,
          dockerImage: input.dockerImage,
          command: input.command,
          ciSecretHash: input.ciSecret ? hashCiSecret(input.ciSecret) : null,
          builtin: false,
          createdAt: now,
          updatedAt: now,
        },
        select: { id: true },
      })
      await appendEvent(tx, { kind: 'task_type.created', data: { taskType: input.id } })
    })
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new CroftError('conflict', `there is a task type ${input.id} already: choose another id`, {
      id: ['is taken'],
    })
  }
  ctx.taskTypes.forget()
  return typeOf(ctx, input.id)
}

/**
 * Changes what a task type is called, which version schedules without one of their own take, and the build server's secret.
 * @throws CroftError forbidden; not_found for an unknown type or version
 */
export async function updateTaskType(
  ctx: Context,
  id: string,
  change: { title?: string; description?: string; version?: string; ciSecret?: string | null },
): Promise<TaskTypeEntry> {
  demand(ctx, 'task_types.update')
  const { title, description, version, ciSecret } = change
  const type = await typeOf(ctx, id)
  if (version !== undefined && !type.versions.has(version))
    throw new CroftError('not_found', `the task type ${id} has no version ${version}`, { version: ['is not known'] })
  await transaction(ctx, async (tx) => {
    await tx.db.taskType.update({
      where: { id },
      data: {
        title,
        description,
        version,
        ...(ciSecret !== undefined && { ciSecretHash: ciSecret === null ? null : hashCiSecret(ciSecret) }),
        updatedAt: tx.now(),
      },
      select: { id: true },
    })
    await appendEvent(tx, { kind: 'task_type.updated', data: { taskType: id, fields: Object.keys(change) } })
  })
  ctx.taskTypes.forget()
  return typeOf(ctx, id)
}
