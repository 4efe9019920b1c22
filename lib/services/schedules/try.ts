import { expand } from '#lib/core/command'
import { CroftError, type FieldErrors } from '#lib/core/error'
import type { Resources } from '#lib/core/resources'
import type { Notification, ScheduleConfig } from '#lib/core/schedule'
import { keepSecrets, maskParams } from '#lib/core/secrets'
import { similarityOf } from '#lib/core/similarity'
import { demand, type ReadContext } from '../context'
import { checkNotification, complaintsOf, definitionOf } from './check'
import { scheduleIdOf } from './get'

export type Trial = {
  /** The schedule that is edited, by name or id; its stored secrets stand for masks. */
  schedule?: string
  name?: string
  taskType: string
  definitionVersion?: string
  config: ScheduleConfig
  resources?: Resources
  platform?: string | null
  notification?: Notification | null
}
export type Tried = {
  fields: FieldErrors
  /** The command line that it would make, secrets masked. */
  command: string[]
  /** Other schedules that are alike, and by what. */
  similar: { id: string; name: string; shared: string[] }[]
}
const SIMILAR = 8

/** What saving a schedule would say, without saving it: all complaints at once, the command, who is alike. @throws CroftError */
export async function trySchedule(ctx: ReadContext, input: Trial): Promise<Tried> {
  demand(ctx, 'schedules.update')
  const id = input.schedule === undefined ? null : await scheduleIdOf(ctx, input.schedule)
  const { definition } = await definitionOf(ctx, input.taskType, input.definitionVersion)
  const stored = id === null ? null : await ctx.db.schedule.findUnique({ where: { id }, select: { config: true } })
  const before = (stored?.config as ScheduleConfig | undefined)?.params ?? {}
  const params = keepSecrets(definition, input.config.params, before)
  const fields = { ...complaintsOf(ctx.settings, definition, { ...input.config, params }), ...told(input.notification) }
  if (input.name !== undefined) {
    const twin = await ctx.db.schedule.findUnique({ where: { name: input.name }, select: { id: true } })
    if (twin !== null && twin.id !== id) fields.name = ['is taken']
  }
  const { resources = definition.resources, platform = null } = input
  const config = { ...input.config, params: maskParams(definition, params) }
  return {
    fields,
    command: expand(definition, { config, resources, platform }, ctx.settings).command,
    similar: await alike(ctx, id, similarityOf(definition, params)),
  }
}

function told(notification: Notification | null | undefined): FieldErrors {
  try {
    checkNotification(notification ?? null)
    return {}
  } catch (error) {
    if (error instanceof CroftError) return error.fields
    throw error
  }
}

async function alike(ctx: ReadContext, id: string | null, similarity: string[]): Promise<Tried['similar']> {
  if (similarity.length === 0) return []
  const rows = await ctx.db.schedule.findMany({
    where: { similarity: { hasSome: similarity }, archivedAt: null, ...(id !== null && { NOT: { id } }) },
    select: { id: true, name: true, similarity: true },
    orderBy: { name: 'asc' },
    take: SIMILAR,
  })
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    shared: row.similarity.filter((value) => similarity.includes(value)),
  }))
}
