import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Actor } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { isActive } from '#lib/core/task'
import type { TaskDetails } from '#lib/core/task-view'
import { AREAS, folderPath, uploadSegments, type Area } from '#lib/core/upload'
import { accountActor } from '../accounts/session'
import type { ReadContext } from '../context'
import { warehouseOf } from './settle'

/** An address serves as long as the longest tasks run; and a day after its task's end. */
const SIGNED_DAYS = 30
const GRACE_MS = 86_400_000

const signatureOf = (secret: string, taskId: string, area: Area, expires: number) =>
  createHmac('sha256', secret).update(`upload\n${taskId}\n${area}\n${expires}`).digest('base64url')

/** The farm's own address for uploads of a kind, without a slash at its end. */
export const ownUploadAddress = (ctx: ReadContext, area: Area) =>
  `${ctx.settings.publicUrl.replace(/\/+$/, '')}/upload/${area}`

/**
 * A task as the account of the worker that holds it is told of it: the farm's own upload addresses are signed, for this
 * task alone. Nobody else is given them, and they are stored nowhere.
 */
export async function withSignedUploads(ctx: ReadContext, task: TaskDetails): Promise<TaskDetails> {
  const areas = (Object.keys(AREAS) as Area[]).filter(
    (area) => task.upload[area]?.uploadUri?.replace(/\/+$/, '') === ownUploadAddress(ctx, area),
  )
  if (areas.length === 0 || task.worker === null || ctx.actor.kind !== 'account') return task
  const mine = await ctx.db.worker.findFirst({
    where: { name: task.worker, accountId: ctx.actor.accountId },
    select: { id: true },
  })
  if (mine === null) return task
  const expires = Math.floor(ctx.now().getTime() / 1000) + SIGNED_DAYS * 86_400
  const signed = areas.flatMap((area) => {
    const plan = task.upload[area]
    const signature = signatureOf(ctx.settings.secret, task.id, area, expires)
    const uploadUri = `${ownUploadAddress(ctx, area)}?task=${task.id}&expires=${expires}&signature=${signature}`
    return plan === undefined ? [] : [[area, { ...plan, uploadUri }] as const]
  })
  return { ...task, upload: { ...task.upload, ...Object.fromEntries(signed) } }
}

/**
 * Whom a signed address speaks for, and for which task: the account of the worker that holds it.
 * @throws CroftError unauthenticated; forbidden when the task is over or the account may not upload any more
 */
export async function actorOfSignedUpload(
  ctx: ReadContext,
  query: URLSearchParams,
  path: string,
): Promise<{ actor: Actor; taskId: string }> {
  const [area = ''] = uploadSegments(path)
  const taskId = query.get('task') ?? ''
  const expires = Number(query.get('expires'))
  const given = Buffer.from(query.get('signature') ?? '')
  const right = Buffer.from(signatureOf(ctx.settings.secret, taskId, area as Area, expires))
  if (given.length !== right.length || !timingSafeEqual(given, right))
    throw new CroftError('unauthenticated', 'the signature of this address is wrong: use it as the task told it')
  const now = ctx.now().getTime()
  if (!(expires * 1000 > now))
    throw new CroftError('unauthenticated', 'this address has expired: ask for the task again')
  const task = await ctx.db.task.findUnique({
    where: { id: taskId },
    select: { status: true, endedAt: true, config: true, worker: { select: { account: true } } },
  })
  const running = task !== null && (isActive(task.status) || now - (task.endedAt?.getTime() ?? 0) < GRACE_MS)
  if (!running || task.worker === null || task.worker.account.deletedAt !== null)
    throw new CroftError('forbidden', 'the task of this address is over')
  const folder = `/${area}${area === 'zim' ? warehouseOf(task.config) : ''}/`
  if (!`${folderPath(path)}/`.startsWith(folder))
    throw new CroftError('forbidden', `files of this task go to ${folder}: append the file's name to that`)
  return { actor: accountActor(task.worker.account, null), taskId }
}
