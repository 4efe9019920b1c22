import { countTasks } from '#lib/contract/task'
import { route } from '#lib/http/route'
import { countTasks as counts } from '#lib/services/tasks/list'

export const GET = route(countTasks, ({ ctx }) => counts(ctx))
