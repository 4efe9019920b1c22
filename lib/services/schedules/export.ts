import { csvLine } from '#lib/core/csv'
import type { Context } from '../context'
import type { ScheduleFilter } from './filter'
import { listSchedules } from './list'
import type { ScheduleView } from './view'

const PAGE = 200
const COLUMNS: Record<string, (schedule: ScheduleView) => string | number | boolean | null> = {
  name: (s) => s.name,
  id: (s) => s.id,
  taskType: (s) => s.taskType,
  definitionVersion: (s) => s.definitionVersion,
  category: (s) => s.category,
  languageCode: (s) => s.language.code,
  language: (s) => s.language.nameEn,
  tags: (s) => s.tags.join(' '),
  periodicity: (s) => s.periodicity,
  enabled: (s) => s.enabled,
  valid: (s) => s.invalid === null,
  overdue: (s) => s.overdue,
  cpu: (s) => s.resources.cpu,
  memory: (s) => s.resources.memory,
  disk: (s) => s.resources.disk,
  platform: (s) => s.platform,
  context: (s) => s.context,
  warehousePath: (s) => s.config.warehousePath,
  lastStatus: (s) => s.lastTask?.status ?? null,
  lastRunAt: (s) => (s.lastTask?.startedAt ?? s.lastTask?.updatedAt)?.toISOString() ?? null,
  lastSuccessAt: (s) => s.lastSuccessAt?.toISOString() ?? null,
  nextAt: (s) => s.nextAt?.toISOString() ?? null,
  tickets: (s) => s.tickets.join(' '),
  updatedAt: (s) => s.updatedAt.toISOString(),
}

/** All schedules that a filter finds, by name, as pieces of text: read a page at a time, whoever waits for them. */
export async function* exportSchedules(
  ctx: Context,
  filter: ScheduleFilter,
  format: 'csv' | 'json',
): AsyncGenerator<string, void> {
  let after: string | undefined
  let first = true
  yield format === 'csv' ? csvLine(Object.keys(COLUMNS)) : '[\n'
  do {
    const page = await listSchedules(ctx, { ...filter, sort: 'name', after, limit: PAGE, secrets: false })
    let text = ''
    for (const schedule of page.items) {
      if (format === 'csv') text += csvLine(Object.values(COLUMNS).map((of) => of(schedule)))
      else text += `${first ? '' : ',\n'}${JSON.stringify(plain(schedule))}`
      first = false
    }
    if (text !== '') yield text
    after = page.next ?? undefined
  } while (after !== undefined)
  if (format === 'json') yield '\n]\n'
}

/** What of a schedule is worth carrying away: what somebody wrote, and how it stands; never what is secret. */
function plain(schedule: ScheduleView) {
  const { name, id, taskType, definitionVersion, category, language, tags, periodicity, periodFrom, enabled } = schedule
  const { resources, platform, context, config, notes, tickets, invalid, overdue, nextAt } = schedule
  const { lastSuccessAt, createdAt, updatedAt, version, lastTask } = schedule
  return {
    ...{ name, id, version, taskType, definitionVersion, category, language, tags, periodicity, periodFrom, enabled },
    ...{ resources, platform, context, config, notes, tickets, invalid, overdue, nextAt, lastSuccessAt },
    lastTask: lastTask === null ? null : { id: lastTask.id, status: lastTask.status, startedAt: lastTask.startedAt },
    ...{ createdAt, updatedAt },
  }
}
