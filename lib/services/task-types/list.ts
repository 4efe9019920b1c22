import type { Executor, Field } from '#lib/core/task-type'
import type { Resources } from '#lib/core/resources'
import type { ReadContext } from '../context'
import type { TaskTypeEntry } from './catalogue'
import { typeOf } from './get'

export type TaskTypeView = {
  id: string
  title: string
  description: string
  executor: Executor
  offliner: boolean
  builtin: boolean
  version: string
  versions: string[]
  /** Of its own version; none while it has none. */
  fields: readonly Field[]
  timeLimit: number | null
  resources: Resources | null
}

function toTaskType(type: TaskTypeEntry): TaskTypeView {
  const { id, title, description, executor, offliner, builtin, version } = type
  const { fields = [], timeLimit = null, resources = null } = type.versions.get(version) ?? {}
  const versions = [...type.versions.keys()]
  return { id, title, description, executor, offliner, builtin, version, versions, fields, timeLimit, resources }
}

/** All task types, in their order. */
export const listTaskTypes = async (ctx: ReadContext): Promise<TaskTypeView[]> =>
  (await ctx.taskTypes.current()).types.map(toTaskType)

/** @throws CroftError not_found */
export const showTaskType = async (ctx: ReadContext, id: string): Promise<TaskTypeView> =>
  toTaskType(await typeOf(ctx, id))
