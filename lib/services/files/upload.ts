import { randomUUID } from 'node:crypto'
import { CroftError } from '#lib/core/error'
import type { FileCheck, TaskFile, UploadPlan } from '#lib/core/task-view'
import { json } from '#lib/db/client'
import { isElsewhere } from '#lib/storage/buckets'
import { actorName, demand, transaction, type Context } from '../context'
import { appendEvent } from '../events/append'
import { holding } from '../tasks/move'
import { toFile } from '../tasks/view'
import { expiryOf } from './expire'
import { receive } from './receive'

/** Largest file of a task and largest source, in bytes. */
const LIMITS = { task: 200 * 1024 ** 3, source: 2 * 1024 ** 3 }
const NAME = /^[^/\\\u0000-\u001f\u007f]{1,255}$/

export const mediaTypeOf = (name: string) =>
  name.endsWith('.zim')
    ? 'application/x-zim'
    : name.endsWith('.json')
      ? 'application/json'
      : name.endsWith('.log')
        ? 'text/plain'
        : 'application/octet-stream'

function checkName(name: string): void {
  if (!NAME.test(name) || name === '.' || name === '..') {
    throw new CroftError('invalid', 'a file name must have 1 to 255 characters and no slash', {
      filename: ['must be a plain file name'],
    })
  }
}

/**
 * Takes in a file of a held task. It counts when all its bytes have come and their SHA-256 is right; the same file
 * sent again is accepted and changes nothing.
 */
export async function uploadFile(
  ctx: Context,
  input: {
    taskId: string
    filename: string
    fence: number
    size: number
    sha256: string
    body: ReadableStream<Uint8Array> | null
  },
): Promise<TaskFile> {
  checkName(input.filename)
  if (input.size > LIMITS.task) throw new CroftError('too_large', `a file must not have more than ${LIMITS.task} bytes`)
  const where = { taskId_name: { taskId: input.taskId, name: input.filename } }
  const known = await transaction(ctx, async (tx) => {
    const task = await holding(tx, input.taskId, input.fence)
    const now = tx.now()
    const before = await tx.db.file.findUnique({ where })
    if (before?.status === 'uploaded' && before.sha256 === input.sha256) return before
    const fresh = { status: 'uploading' as const, size: input.size, uploadedBy: actorName(tx.actor) }
    await tx.db.file.upsert({
      where,
      create: {
        taskId: task.id,
        name: input.filename,
        mediaType: mediaTypeOf(input.filename),
        createdAt: now,
        ...fresh,
      },
      update: before?.status === 'uploaded' ? {} : fresh,
      select: { id: true },
    })
    await appendEvent(tx, { kind: 'file.uploading', taskId: task.id, data: { name: input.filename, size: input.size } })
    return null
  })
  if (known !== null) {
    await input.body?.cancel()
    return toFile(known)
  }
  const key = `tasks/${input.taskId}/${randomUUID()}`
  const received = await receive(ctx, {
    key,
    body: input.body,
    limit: input.size,
    size: input.size,
    sha256: input.sha256,
  })
  let replaced: string | null = null
  try {
    const row = await transaction(ctx, async (tx) => {
      const task = await holding(tx, input.taskId, input.fence)
      const now = tx.now()
      replaced = (await tx.db.file.findUnique({ where, select: { storageKey: true } }))?.storageKey ?? null
      const stored = {
        status: 'uploaded' as const,
        size: received.size,
        sha256: received.sha256,
        storageKey: key,
        uploadedAt: now,
        failedAt: null,
        expiresAt: expiryOf(task.upload as UploadPlan, 'result', now),
      }
      const file = await tx.db.file.update({ where, data: stored })
      await appendEvent(tx, {
        kind: 'file.uploaded',
        taskId: task.id,
        data: { name: file.name, size: received.size, sha256: received.sha256 },
      })
      return file
    })
    if (replaced !== null) await ctx.storage.remove(replaced)
    return toFile(row)
  } catch (error) {
    await ctx.storage.remove(key)
    throw error
  }
}

/** Notes what the checker said of a file of a held task. */
export async function reportCheck(
  ctx: Context,
  input: { taskId: string; filename: string; fence: number; check: Omit<FileCheck, 'at'> },
): Promise<void> {
  await transaction(ctx, async (tx) => {
    const task = await holding(tx, input.taskId, input.fence)
    const check: FileCheck = { ...input.check, at: tx.now().toISOString() }
    const { count } = await tx.db.file.updateMany({
      where: { taskId: task.id, name: input.filename },
      data: { check: json(check) },
    })
    if (count === 0) throw new CroftError('not_found', `this task has no file ${input.filename}`)
    await appendEvent(tx, {
      kind: 'file.checked',
      taskId: task.id,
      data: { name: input.filename, result: check.result },
    })
  })
}

/** Takes in a file for tasks to work on. */
export async function uploadSource(
  ctx: Context,
  input: { name: string; body: ReadableStream<Uint8Array> | null },
): Promise<TaskFile> {
  demand(ctx, 'schedules.create')
  checkName(input.name)
  const id = randomUUID()
  const key = `sources/${id}`
  const received = await receive(ctx, { key, body: input.body, limit: LIMITS.source })
  if (received.size === 0) {
    await ctx.storage.remove(key)
    throw new CroftError('invalid', 'the file is empty')
  }
  return transaction(ctx, async (tx) => {
    const now = tx.now()
    const row = await tx.db.file.create({
      data: {
        id,
        name: input.name,
        status: 'uploaded',
        size: received.size,
        sha256: received.sha256,
        mediaType: mediaTypeOf(input.name),
        storageKey: key,
        uploadedBy: actorName(tx.actor),
        createdAt: now,
        uploadedAt: now,
      },
    })
    await appendEvent(tx, { kind: 'file.source_uploaded', data: { id, name: input.name, size: received.size } })
    return toFile(row)
  })
}

/** A file that can be downloaded. Files of tasks are public; sources need a sign-in. @throws CroftError not_found, unauthenticated */
export async function findFile(ctx: Context, id: string): Promise<TaskFile & { storageKey: string }> {
  const row = await ctx.db.file.findUnique({ where: { id } })
  if (row === null || row.storageKey === null || row.status !== 'uploaded') {
    throw new CroftError('not_found', `there is no file ${id} to download`)
  }
  if (row.taskId === null && ctx.actor.kind === 'anonymous')
    throw new CroftError('unauthenticated', 'sign in to download a source')
  // What a worker put into a bucket by itself has the size that it has there, if it is there.
  const size = isElsewhere(row.storageKey) ? await ctx.storage.size(row.storageKey) : Number(row.size)
  if (size === null)
    throw new CroftError('not_found', `the worker told that it uploaded ${row.name}, but it is not in the bucket`)
  return { ...toFile(row), size, storageKey: row.storageKey }
}
