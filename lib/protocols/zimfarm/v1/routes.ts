import { describeV1, pageV1 } from './openapi'
import type { Call, Route } from './route'
import { auth } from './routes/auth'
import { catalogues } from './routes/catalogues'
import { keys } from './routes/keys'
import { requestedTasks } from './routes/requested-tasks'
import { schedules } from './routes/schedules'
import { status } from './routes/status'
import { tasks } from './routes/tasks'
import { users } from './routes/users'
import { workers } from './routes/workers'
import { wireOf } from './wire'

/** Every route of v1, in the order of zimfarm.md §2–7. */
const SERVED: Route[] = [
  ...auth,
  ...users,
  ...keys,
  ...schedules,
  ...requestedTasks,
  ...tasks,
  ...workers,
  ...catalogues,
  ...status,
]

async function described({ ctx }: Call): Promise<Response> {
  const text = describeV1(ROUTES, wireOf(await ctx.taskTypes.current()), ctx.settings.publicUrl)
  return new Response(text, { headers: { 'content-type': 'application/yaml; charset=utf-8' } })
}
const shown = () =>
  Promise.resolve(new Response(pageV1(ROUTES), { headers: { 'content-type': 'text/html; charset=utf-8' } }))

export const ROUTES: Route[] = [
  ...SERVED,
  { method: 'GET', path: '', access: 'optional', summary: 'This API as a page', handle: shown },
  { method: 'GET', path: '/openapi.yaml', access: 'optional', summary: 'This API as OpenAPI 3.1', handle: described },
]
