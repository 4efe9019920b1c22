import { createSchedule, listSchedules } from '#lib/contract/schedule'
import { route } from '#lib/http/route'
import { bytesOf } from '#lib/services/blobs/save'
import { createCopy } from '#lib/services/schedules/clone'
import { createSchedule as create } from '#lib/services/schedules/create'
import { listSchedules as list } from '#lib/services/schedules/list'

export const GET = route(listSchedules, ({ ctx, query }) => list(ctx, query))
export const POST = route(createSchedule, ({ ctx, body: { copyOf, blobs, notification, ...body } }) => {
  const files = blobs.map(({ data, ...blob }) => ({ ...blob, bytes: bytesOf(data) }))
  return copyOf === undefined
    ? create(ctx, { ...body, notification: notification ?? null }, { blobs: files })
    : createCopy(ctx, { ...body, notification }, { from: copyOf, blobs: files })
})
