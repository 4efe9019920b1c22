import { may } from '#lib/core/access'
import { expand } from '#lib/core/command'
import { CroftError } from '#lib/core/error'
import { maskParams } from '#lib/core/secrets'
import type { Resources } from '#lib/core/resources'
import type { ScheduleConfig } from '#lib/core/schedule'
import type { ReadContext } from '../context'
import { resourcesOf } from './view'

export type ConfigChange = { path: string; before?: unknown; after?: unknown }
export type TaskComparison = {
  /** From the run before it to this one; null when there was none. */
  previous: { id: string; at: Date; changes: ConfigChange[] } | null
  /** From this run to its schedule as it is today; null when that is gone. */
  schedule: { name: string; changes: ConfigChange[] } | null
}
type Side = {
  taskTypeId: string
  definitionVersion: string
  platform: string | null
  context: string
  resources: Resources
  config: ScheduleConfig
}

/**
 * How a task's configuration differs from its schedule's run before it and from the schedule of today. Values of secrets are
 * only shown to those who may see them; that one has changed is told to all.
 * @throws CroftError not_found
 */
export async function compareTask(ctx: ReadContext, taskId: string): Promise<TaskComparison> {
  const row = await ctx.db.task.findUnique({ where: { id: taskId } })
  if (row === null) throw new CroftError('not_found', `there is no task ${taskId}`)
  if (row.scheduleId === null) return { previous: null, schedule: null }
  const [schedule, before] = await Promise.all([
    ctx.db.schedule.findUnique({ where: { id: row.scheduleId } }),
    ctx.db.task.findFirst({
      where: { scheduleId: row.scheduleId, id: { not: row.id }, requestedAt: { lt: row.requestedAt } },
      orderBy: { requestedAt: 'desc' },
    }),
  ])
  const types = await ctx.taskTypes.current()
  const trusted = may(ctx.actor, 'tasks.secrets') && may(ctx.actor, 'schedules.secrets')
  const side = (
    one: Omit<Side, 'config' | 'resources'> & Parameters<typeof resourcesOf>[0] & { config: unknown },
  ): Side => ({
    ...one,
    resources: resourcesOf(one),
    config: one.config as ScheduleConfig,
  })
  const compare = (a: Side, b: Side) =>
    changes(a, b).map((change) => {
      const key = change.path.replace(/^params\./, '')
      if (trusted || key === change.path) return change
      const shown = (of: Side, value: unknown) =>
        value === undefined
          ? undefined
          : maskParams(types.definition(of.taskTypeId, of.definitionVersion) ?? null, of.config.params)[key]
      return { ...change, before: shown(a, change.before), after: shown(b, change.after) }
    })
  const here = side(row)
  const today = (of: NonNullable<typeof schedule>): Side => {
    const asked = side(of)
    const definition = types.definition(of.taskTypeId, of.definitionVersion)
    const config = ctx.settings.disableWarehousePath ? { ...asked.config, warehousePath: '' } : asked.config
    return {
      ...asked,
      config: definition === undefined ? config : expand(definition, { ...asked, config }, ctx.settings),
    }
  }
  return {
    previous: before && { id: before.id, at: before.requestedAt, changes: compare(side(before), here) },
    schedule: schedule && { name: schedule.name, changes: compare(here, today(schedule)) },
  }
}

function placesOf({ config, resources, ...rest }: Side): Map<string, unknown> {
  const { image, warehousePath, monitor, shm, capAdd, capDrop, artifactsGlobs } = config
  return new Map<string, unknown>([
    ['taskType', rest.taskTypeId],
    ['definitionVersion', rest.definitionVersion],
    ['platform', rest.platform],
    ['context', rest.context],
    ...Object.entries(resources),
    ...Object.entries({ image, warehousePath, monitor, capAdd, capDrop, artifactsGlobs }),
    ...(shm === undefined ? [] : [['shm', shm] as const]),
    ...Object.entries(config.params).map(([key, value]): [string, unknown] => [`params.${key}`, value]),
  ])
}
function changes(before: Side, after: Side): ConfigChange[] {
  const [old, now] = [placesOf(before), placesOf(after)]
  return [...new Set([...now.keys(), ...old.keys()])].flatMap((path) =>
    JSON.stringify(old.get(path)) === JSON.stringify(now.get(path))
      ? []
      : [{ path, before: old.get(path), after: now.get(path) }],
  )
}
