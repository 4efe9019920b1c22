import { listTaskTypes } from '#lib/contract/schedule'
import { TASK_TYPES } from '#lib/core/task-types/index'
import { route } from '#lib/http/route'

export const GET = route(listTaskTypes, () => Promise.resolve({ items: Object.values(TASK_TYPES) }))
