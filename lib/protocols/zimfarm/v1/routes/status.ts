import { CroftError } from '#lib/core/error'
import { oldestSince } from '#lib/services/tasks/search'
import { STANDINGS } from '../mapper'
import type { Call, Route } from '../route'
import { monitorQuery } from '../wire'

const MONITOR = 'oldest_task_older_than'

/** For monitoring: KO when a task has stood in a status for longer than a threshold (zimfarm.md §7.8). */
async function monitor({ ctx, params: [name], query }: Call) {
  if (name !== MONITOR) throw new CroftError('invalid', `there is one monitor: ${MONITOR}`)
  const asked = monitorQuery.safeParse({ ...query, status: Array.isArray(query.status) ? query.status[0] : undefined })
  if (!asked.success)
    throw new CroftError('invalid', 'give status and threshold_secs, e.g. ?status=reserved&threshold_secs=3600')
  const { status, threshold_secs } = asked.data
  const standings = status === 'requested' ? [{ status }] : STANDINGS[status]
  const since = await oldestSince(ctx, standings)
  const late = since !== null && ctx.now().getTime() - since.getTime() > threshold_secs * 1000
  const text = `${MONITOR} for ${status} and ${threshold_secs}s: ${late ? 'KO' : 'OK'}`
  return new Response(text, { headers: { 'content-type': 'text/html; charset=utf-8' } })
}

export const status: Route[] = [
  {
    method: 'GET',
    path: '/status/:monitor',
    access: 'optional',
    summary: 'Whether a task has stood in a status for too long',
    takes: { query: monitorQuery },
    handle: monitor,
  },
]
