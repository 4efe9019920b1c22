import { adoptTaskTypeVersion } from '#lib/contract/task-type'
import { route } from '#lib/http/route'
import { adoptVersion } from '#lib/services/schedules/adopt'

export const POST = route(adoptTaskTypeVersion, ({ ctx, params: { id, version }, body }) =>
  adoptVersion(ctx, { taskType: id, to: version, ...body }),
)
