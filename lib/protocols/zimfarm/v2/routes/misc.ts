import { PLATFORMS_V2 } from '#lib/core/catalogue'
import { dateV2 } from '#lib/core/task-document-v2'
import { pendingForCatalogue } from '#lib/services/files/pending'
import { contextsInUse, languagesInUse, tagsInUse } from '#lib/services/schedules/search'
import { oldestSince } from '#lib/services/tasks/search'
import { check, WireError } from '../errors'
import { page, pageOf, STANDINGS } from '../mapper'
import { ok, type Call, type Route } from '../route'
import { contextsQuery, languagesQuery, pageQuery, statusQuery, tagsQuery, TASK_STATUSES } from '../wire'

const platforms = ({ query }: Call) => Promise.resolve(ok(pageOf(check(pageQuery, query), PLATFORMS_V2)))

async function languages({ ctx, query }: Call) {
  const paging = check(languagesQuery, query)
  const all = await languagesInUse(ctx)
  return ok(
    pageOf(
      paging,
      all.map(({ code, nameEn }) => ({ code, name: nameEn })),
    ),
  )
}

const tags = async ({ ctx, query }: Call) => ok(pageOf(check(tagsQuery, query), await tagsInUse(ctx)))
const contexts = async ({ ctx, query }: Call) => ok(pageOf(check(contextsQuery, query), await contextsInUse(ctx)))

/** With microseconds and no zone, as the original has it (zimfarm.md §20.1). */
const health = ({ ctx }: Call) =>
  Promise.resolve(ok({ status: 'ok', timestamp: ctx.now().toISOString().replace('Z', '000') }))

const MONITOR = 'oldest_task_older_than'
const isStatus = (text: string): text is (typeof TASK_STATUSES)[number] =>
  (TASK_STATUSES as readonly string[]).includes(text)

/** For monitoring: KO when a task has stood in a status for longer than a threshold. */
async function monitor({ ctx, params: [name = ''], query }: Call) {
  if (name !== MONITOR) throw new WireError({ monitor: [`must be ${MONITOR}`] })
  const first = Array.isArray(query.status) ? query.status[0] : query.status
  const { status, threshold_secs } = check(statusQuery, { ...query, status: first })
  if (!isStatus(status)) throw new WireError({ status: [`must be one of ${TASK_STATUSES.join(', ')}`] })
  const since = await oldestSince(ctx, status === 'requested' ? [{ status }] : STANDINGS[status])
  const late = since !== null && ctx.now().getTime() - since.getTime() > threshold_secs * 1000
  return new Response(`${MONITOR} for ${status} and ${threshold_secs}s: ${late ? 'KO' : 'OK'}`, {
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  })
}

async function pending({ ctx, query }: Call) {
  const paging = check(pageQuery, query)
  const { items, count } = await pendingForCatalogue(ctx, paging)
  const shown = items.map(({ name, taskId, createdAt }) => ({
    filename: name,
    task_id: taskId,
    created_timestamp: dateV2(createdAt),
  }))
  return ok(page(paging, count, shown))
}

export const misc: Route[] = [
  { method: 'GET', path: '/platforms', access: 'optional', handle: platforms },
  { method: 'GET', path: '/languages', access: 'optional', handle: languages },
  { method: 'GET', path: '/tags', access: 'optional', handle: tags },
  { method: 'GET', path: '/contexts', access: 'optional', handle: contexts },
  { method: 'GET', path: '/healthcheck', access: 'open', handle: health },
  { method: 'GET', path: '/status/:monitor', access: 'open', handle: monitor },
  { method: 'GET', path: '/files/pending-cms-notifications', access: 'optional', handle: pending },
]
