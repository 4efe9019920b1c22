import { getTaskTypeVersion, putTaskTypeVersion } from '#lib/contract/task-type'
import { route } from '#lib/http/route'
import { getVersion } from '#lib/services/task-types/get'
import { postVersion } from '#lib/services/task-types/versions'

export const GET = route(getTaskTypeVersion, ({ ctx, params: { id, version } }) => getVersion(ctx, id, version))
export const PUT = route(putTaskTypeVersion, async ({ ctx, params: { id, version }, body: definition }) => {
  return (await postVersion(ctx, { taskType: id, version, definition })).version
})
