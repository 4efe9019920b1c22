import { SCHEDULE_PERMISSION, type ScheduleAction, type ScheduleBulkOptions } from '#lib/core/bulk'
import { CroftError } from '#lib/core/error'
import { json } from '#lib/db/client'
import { demand, transaction, type Context, type TxContext } from '../context'
import { appendEvent } from '../events/append'
import { setArchivedIn } from '../schedules/archive'
import { countSchedules, scheduleIds, type ScheduleFilter } from '../schedules/list'
import { updateScheduleIn } from '../schedules/update'
import { requestOne } from '../tasks/request'
import type { Batch, Place } from './run'
import { toBulk, type BulkRow, type BulkView } from './view'

/** Single schedules by id, or all that a filter finds. */
export type ScheduleSelection = { schedules: string[] } | { scheduleQuery: ScheduleFilter }
export type NewScheduleBulk = {
  action: ScheduleAction
  selection: ScheduleSelection
  options: ScheduleBulkOptions
}

/**
 * Asks for one thing to be done to many schedules; a dispatcher does it, one after another.
 * @throws CroftError forbidden; invalid without the tag, or for an unknown worker
 */
export async function createScheduleBulk(ctx: Context, input: NewScheduleBulk): Promise<BulkView> {
  const { action, options } = input
  demand(ctx, SCHEDULE_PERMISSION[action])
  const { actor } = ctx
  if (actor.kind !== 'account') throw new CroftError('forbidden', 'only an account can ask for a bulk job')
  if ((action === 'tag' || action === 'untag') && (options.tag ?? '').trim() === '')
    throw new CroftError('invalid', 'say which tag', { 'options.tag': ['must be given'] })
  if (typeof options.worker === 'string') {
    const worker = await ctx.db.worker.findFirst({ where: { name: options.worker, deletedAt: null } })
    if (worker === null)
      throw new CroftError('invalid', `there is no worker ${options.worker}`, { 'options.worker': ['is unknown'] })
  }
  const selection =
    'schedules' in input.selection ? { schedules: [...new Set(input.selection.schedules)] } : input.selection
  const expected =
    'schedules' in selection ? selection.schedules.length : await countSchedules(ctx, selection.scheduleQuery)
  return transaction(ctx, async (tx) => {
    const row = await tx.db.bulkJob.create({
      data: {
        accountId: actor.accountId,
        author: actor.username,
        action,
        selection: json(selection) as object,
        options: json(options) as object,
        state: 'waiting',
        expected,
        exact: true,
        createdAt: tx.now(),
      },
    })
    await appendEvent(tx, { kind: 'bulk.created', data: { bulk: row.id, action, expected } })
    await tx.enqueue({ queue: 'bulk', payload: { bulkId: row.id } })
    return toBulk(row)
  })
}

/** The next schedules of a bulk job, by id: what the work itself changes is not passed over and not met twice. */
export async function nextSchedules(ctx: Context, row: BulkRow, place: Place | null, limit: number): Promise<Batch> {
  const selection = row.selection as ScheduleSelection
  if ('schedules' in selection) {
    const from = place !== null && 'from' in place ? place.from : 0
    const ids = selection.schedules.slice(from, from + limit)
    return { ids, cursor: { from: from + ids.length }, over: from + limit >= selection.schedules.length }
  }
  const after = place !== null && 'key' in place ? (place.key?.[0] ?? null) : null
  // What is overdue is so as of when it was asked for.
  const then: Context = { ...ctx, actor: SYSTEM, now: () => row.createdAt }
  const ids = await scheduleIds(then, selection.scheduleQuery, { after, limit })
  return { ids, cursor: { key: [ids.at(-1) ?? after ?? ''] }, over: ids.length < limit }
}
const SYSTEM = { kind: 'system', username: 'bulk' } as const

/** Does it to one schedule; what is so already stays as it is. @throws CroftError not_found, conflict, invalid */
export async function actOnSchedule(
  tx: TxContext,
  row: BulkRow,
  id: string,
): Promise<{ name: string; madeTaskId: string | null }> {
  const { priority, worker, tag = '', comment = null } = row.options as ScheduleBulkOptions
  await tx.db.$executeRaw`SELECT 1 FROM schedule WHERE id = ${id}::uuid FOR UPDATE`
  const schedule = await tx.db.schedule.findUnique({ where: { id } })
  if (schedule === null) throw new CroftError('not_found', 'the schedule is gone')
  const { name, tags } = schedule
  const done = { name, madeTaskId: null }
  switch (row.action as ScheduleAction) {
    case 'enable':
    case 'disable': {
      const enabled = row.action === 'enable'
      if (enabled && schedule.invalid !== null)
        throw new CroftError('invalid', 'it does not fit its definition: mend it first')
      if (schedule.enabled !== enabled) await updateScheduleIn(tx, id, { enabled, comment })
      return done
    }
    case 'tag':
      if (!tags.includes(tag)) await updateScheduleIn(tx, id, { tags: [...tags, tag], comment })
      return done
    case 'untag':
      if (tags.includes(tag)) await updateScheduleIn(tx, id, { tags: tags.filter((one) => one !== tag), comment })
      return done
    case 'archive':
    case 'restore':
      await setArchivedIn(tx, { schedule: id, comment }, row.action === 'archive')
      return done
    case 'requestSchedules': {
      const outcome = await requestOne(tx, name, priority ?? 0, worker ?? null)
      if ('id' in outcome) return { name, madeTaskId: outcome.id }
      throw new CroftError('conflict', outcome.why)
    }
  }
}
