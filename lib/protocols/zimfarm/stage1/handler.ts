import { UUID } from '#lib/core/id'
import { ANONYMOUS } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import type { TaskStatus } from '#lib/core/task'
import { parseJson, readText } from '#lib/http/body'
import type { Context } from '#lib/services/context'
import { getTask } from '#lib/services/tasks/get'
import { requestOnce } from '#lib/services/tasks/request'

/** Celery's words (zimfarm.md §15). */
const STATES = {
  requested: 'PENDING',
  reserved: 'PENDING',
  started: 'STARTED',
  succeeded: 'SUCCESS',
  failed: 'FAILURE',
  canceled: 'REVOKED',
} as const satisfies Record<TaskStatus, string>

const finite = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const refuse = (error: unknown): Response => {
  if (!(error instanceof CroftError)) throw error
  return Response.json(
    { error: error.message },
    { status: error.code === 'too_large' ? 413 : error.code === 'unsupported_media_type' ? 415 : 400 },
  )
}

/** `POST /task/delayed_add` `{"x": 4, "y": 10}`: the 2017 demo, as an in-process task. */
export async function delayedAdd(base: Omit<Context, 'actor'>, request: Request): Promise<Response> {
  const ctx: Context = { ...base, actor: ANONYMOUS }
  try {
    const value = parseJson(await readText(request, 64 * 1024))
    const { x, y } = (typeof value === 'object' && value !== null ? value : {}) as { x?: unknown; y?: unknown }
    if (!finite(x) || !finite(y)) throw new CroftError('invalid', 'x and y must be finite numbers')
    const id = await requestOnce(ctx, { taskType: 'delayed_add', params: { x, y } })
    return Response.json({ task: { id, name: 'delayed_add', status: 'PENDING' } })
  } catch (error) {
    return refuse(error)
  }
}

/** `GET /task/status/{id}`: an unknown id is PENDING, as Celery has it; `result` comes with SUCCESS only. */
export async function taskStatus(base: Omit<Context, 'actor'>, id: string): Promise<Response> {
  const ctx: Context = { ...base, actor: ANONYMOUS }
  const task = UUID.test(id)
    ? await getTask(ctx, id).catch((error: unknown) => {
        if (error instanceof CroftError) return null
        throw error
      })
    : null
  if (task === null || task.taskType !== 'delayed_add') return Response.json({ id, status: 'PENDING' })
  return Response.json({
    id: task.id,
    status: STATES[task.status],
    ...(task.status === 'succeeded' && { result: task.result }),
  })
}
