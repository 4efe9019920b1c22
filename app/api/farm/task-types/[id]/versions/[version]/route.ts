import { getTaskTypeVersion, putTaskTypeVersion } from '#lib/contract/task-type'
import { route } from '#lib/http/route'
import { checkSettings, getVersion } from '#lib/services/task-types/get'
import { postVersion } from '#lib/services/task-types/versions'

export const GET = route(getTaskTypeVersion, async ({ ctx, params: { id, version } }) => ({
  ...(await getVersion(ctx, id, version)),
  check: checkSettings(ctx, id),
}))
export const PUT = route(putTaskTypeVersion, async ({ ctx, params: { id, version }, body: definition }) => {
  return (await postVersion(ctx, { taskType: id, version, definition })).version
})
