import { createTaskType, listTaskTypes } from '#lib/contract/task-type'
import { route } from '#lib/http/route'
import { listTaskTypes as list } from '#lib/services/task-types/list'
import { addTaskType } from '#lib/services/task-types/versions'

export const GET = route(listTaskTypes, async ({ ctx }) => ({ items: await list(ctx) }))
export const POST = route(createTaskType, ({ ctx, body }) => addTaskType(ctx, body))
