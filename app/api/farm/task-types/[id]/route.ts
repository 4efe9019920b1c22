import { getTaskType, updateTaskType } from '#lib/contract/task-type'
import { route } from '#lib/http/route'
import { updateTaskType as update } from '#lib/services/task-types/create'
import { versionUse } from '#lib/services/task-types/get'
import { showTaskType } from '#lib/services/task-types/list'

export const GET = route(getTaskType, async ({ ctx, params: { id } }) => ({
  ...(await showTaskType(ctx, id)),
  uses: await versionUse(ctx, id),
}))
export const PATCH = route(updateTaskType, async ({ ctx, params: { id }, body }) => {
  await update(ctx, id, body)
  return showTaskType(ctx, id)
})
