import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { CroftError } from '#lib/core/error'
import type { TaskConfig } from '#lib/core/schedule'
import type { UploadPlan } from '#lib/core/task-view'
import { areaOf, AREAS, folderPath, uploadPath, type FileKind } from '#lib/core/upload'
import type { Prisma } from '#lib/db/client'
import { unsettledFiles, uploadIds } from '#lib/db/uploads'
import { actorName, transaction, type Context, type TxContext } from '../context'
import { appendEvent } from '../events/append'
import { expiryOf } from '../files/expire'
import { mediaTypeOf } from '../files/upload'
import { writerOf, type UploadRow } from './writer'

const TARGET = {
  include: { task: { select: { id: true, config: true, upload: true } } },
} as const satisfies Prisma.FileDefaultArgs
type Target = Prisma.FileGetPayload<typeof TARGET>

export const warehouseOf = (config: unknown) => folderPath((config as TaskConfig).warehousePath)

/**
 * The file that a task has told of and whose bytes these are: of the tasks that the account's workers ran, the latest that
 * waits for them, else the one that has had them from here before. Administrators upload for every task.
 */
async function targetOf(ctx: Context, row: UploadRow): Promise<Target | null> {
  const { area, folder, name } = uploadPath(row.path)
  const admin = ctx.actor.kind === 'account' && ctx.actor.role === 'admin' && ctx.actor.accountId === row.accountId
  const candidates = await ctx.db.file.findMany({
    where: {
      name,
      kind: AREAS[area],
      task: { worker: admin ? { isNot: null } : { accountId: row.accountId } },
      OR: [{ storageKey: null }, ...(row.fileId === null ? [] : [{ id: row.fileId }])],
    },
    orderBy: { createdAt: 'desc' },
    take: 50,
    ...TARGET,
  })
  const fitting = candidates.filter((file) => area !== 'zim' || warehouseOf(file.task?.config) === folder)
  return fitting.find((file) => file.storageKey === null) ?? fitting[0] ?? null
}

/**
 * Makes an upload the file of the task that told of it; null when none has, when somebody writes it, or when fewer bytes
 * have come than were announced. Twice is once, also at the same time.
 */
export async function settleUpload(ctx: Context, uploadId: string): Promise<string | null> {
  const row = await ctx.db.upload.findUnique({ where: { id: uploadId } })
  if (row === null || row.path.endsWith('/') || row.size < 0n || writerOf(row.id) !== undefined) return null
  const target = await targetOf(ctx, row)
  if (target === null || target.storageKey === row.storageKey) return target?.id ?? null
  if (row.size < target.size && target.storageKey === null) return null
  const whole = row.wholeAt === null ? await makeWhole(ctx, row) : row
  return whole === null ? null : link(ctx, whole, target.id)
}

/** What the task that waits for this upload has announced, when fewer bytes have come. */
export async function missingBytes(ctx: Context, row: UploadRow): Promise<bigint | null> {
  const target = await targetOf(ctx, row)
  return target !== null && target.storageKey === null && row.size < target.size ? target.size : null
}

/**
 * Ends the growth of an upload whose writer has closed it, and compares it with what was announced. Null when somebody
 * else does so at the moment, or writes it again. One that was cut off in the middle of this is taken up where it was.
 * @throws CroftError invalid when fewer bytes have come, or when they are damaged: then they are forgotten
 */
export async function makeWhole(ctx: Context, row: UploadRow): Promise<UploadRow | null> {
  if (row.declaredSize !== null && row.size !== row.declaredSize) {
    throw new CroftError('invalid', `${row.size} bytes have come, but ${row.declaredSize} were announced: go on there`)
  }
  const [claimed] = await ctx.db.upload.updateManyAndReturn({
    where: { id: row.id, fence: row.fence, wholeAt: null },
    data: { fence: { increment: 1 } },
    select: { fence: true },
  })
  if (claimed === undefined) return null
  const mine = { id: row.id, fence: claimed.fence }
  const damaged = async (): Promise<never> => {
    await ctx.db.upload.deleteMany({ where: mine })
    await ctx.storage.discard(row.storageKey)
    await ctx.storage.remove(row.storageKey)
    throw new CroftError(
      'invalid',
      'the file arrived damaged: its SHA-256 is not the one that was announced; send it again from its start',
    )
  }
  let { sha256 } = row
  if (row.declaredSha256 !== null && sha256 !== null && sha256 !== row.declaredSha256) return damaged()
  if ((await ctx.storage.size(row.storageKey)) !== Number(row.size))
    await (await ctx.storage.draft(row.storageKey)).finish()
  if (row.declaredSha256 !== null && sha256 === null) {
    // It came in several goes: what is there is read back.
    const hash = createHash('sha256')
    await pipeline(await ctx.storage.open(row.storageKey), hash)
    sha256 = hash.digest('hex')
    if (sha256 !== row.declaredSha256) return damaged()
  }
  const [whole] = await ctx.db.upload.updateManyAndReturn({ where: mine, data: { sha256, wholeAt: ctx.now() } })
  return whole ?? null
}

async function link(ctx: Context, row: UploadRow, fileId: string): Promise<string | null> {
  let replaced: string | null = null
  const linked = await transaction(ctx, async (tx) => {
    replaced = null
    await tx.db.$executeRaw`SELECT 1 FROM file WHERE id = ${fileId}::uuid FOR UPDATE`
    const file = await tx.db.file.findUnique({ where: { id: fileId }, ...TARGET })
    const { count } = await tx.db.upload.updateMany({ where: { id: row.id, fence: row.fence }, data: { fileId } })
    if (file === null || count === 0) return null
    if (file.storageKey === row.storageKey) return fileId
    replaced = file.storageKey
    await store(tx, file, row)
    return fileId
  })
  if (replaced !== null) await ctx.storage.remove(replaced)
  return linked
}

async function store(tx: TxContext, file: Target, row: UploadRow): Promise<void> {
  const uploadedAt = file.uploadedAt ?? tx.now()
  await tx.db.file.update({
    where: { id: file.id },
    data: {
      status: 'uploaded',
      storageKey: row.storageKey,
      size: row.size,
      sha256: row.sha256,
      uploadedBy: actorName(tx.actor),
      uploadedAt,
      failedAt: null,
      expiresAt: expiryOf(file.task?.upload as UploadPlan, file.kind as FileKind, uploadedAt),
    },
    select: { id: true },
  })
  const data = { name: file.name, size: Number(row.size), sha256: row.sha256 }
  await appendEvent(tx, { kind: 'file.stored', taskId: file.task?.id, data })
}

/** Settles what came before its task told of it. Called after the report. */
export async function settleTask(ctx: Context, taskId: string): Promise<void> {
  const task = await unsettledFiles(ctx.db, taskId)
  if (task === null || task.files === null) return
  const paths = task.files.map(
    ({ name, kind }) => `/${areaOf(kind as FileKind)}${kind === 'result' ? warehouseOf(task) : ''}/${name}`,
  )
  for (const id of await uploadIds(ctx.db, task.accountId, paths)) await settleUpload(ctx, id)
}

/** Settles an upload that was made for one task: its file's row is made where the worker has not told of it. */
export async function settleFor(ctx: Context, row: UploadRow, taskId: string): Promise<string | null> {
  const { area, name } = uploadPath(row.path)
  const told = { taskId, name, kind: AREAS[area], status: 'created' as const, size: row.size, createdAt: ctx.now() }
  await ctx.db.file.upsert({
    where: { taskId_name: { taskId, name } },
    create: { ...told, mediaType: mediaTypeOf(name) },
    update: {},
    select: { id: true },
  })
  return settleUpload(ctx, row.id)
}

/** Uploads that lie ready although their task waits for them: what a process left undone when it died. Gives how many it settled. */
export async function settleForgotten(ctx: Context, limit: number): Promise<number> {
  const rows = await ctx.db.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT u.id FROM upload u
    JOIN file f ON f.name = regexp_replace(u.path, '^.*/', '')
    JOIN task t ON t.id = f.task_id
    JOIN worker w ON w.id = t.worker_id AND w.account_id = u.account_id
    WHERE u.file_id IS NULL AND f.storage_key IS NULL AND f.status = 'uploaded' AND u.size >= f.size
      AND u.updated_at < ${ctx.now()}::timestamptz - interval '1 minute'
    LIMIT ${limit}`
  let settled = 0
  for (const { id } of rows) {
    const file = await settleUpload(ctx, id).catch((error: unknown) => {
      ctx.log.warn({ err: error, upload: id }, 'an upload could not be settled')
      return null
    })
    if (file !== null) settled++
  }
  return settled
}
