import { randomUUID } from 'node:crypto'
import { WAREHOUSE_PATHS } from '#lib/core/catalogue'
import { CroftError } from '#lib/core/error'
import { ACTIVE } from '#lib/core/task'
import { AREAS, folderPath, isTemporary, uploadPath, uploadSegments } from '#lib/core/upload'
import { transaction, type Context } from '../context'
import { areaOwner, checkRoom, forgetBytes } from './open'
import { missingBytes, settleUpload, warehouseOf } from './settle'
import { writerOf, type UploadRow } from './writer'

export type Entry = { name: string; kind: 'file' | 'folder'; size: number; at: Date }

const folderEntry = (name: string): Entry => ({ name, kind: 'folder', size: 0, at: new Date(0) })

/** The bytes that have come, also while they come. */
export async function currentSize(ctx: Context, row: UploadRow): Promise<number> {
  const writer = writerOf(row.id)
  if (writer !== undefined) return writer.size
  if (row.wholeAt !== null) return Number(row.size)
  const draft = await ctx.storage.draft(row.storageKey)
  await draft.close()
  return draft.size
}

/** An upload of the caller's, by its path. */
export async function findUpload(ctx: Context, path: string): Promise<UploadRow | null> {
  const accountId = areaOwner(ctx)
  return ctx.db.upload.findUnique({ where: { accountId_path: { accountId, path: folderPath(path) } } })
}

const toEntry = async (ctx: Context, row: UploadRow): Promise<Entry> => ({
  name: row.path.slice(row.path.lastIndexOf('/') + 1),
  kind: 'file',
  size: await currentSize(ctx, row),
  at: row.updatedAt,
})

/** What stands at a path of the caller's area; null for nothing. */
export async function statEntry(ctx: Context, path: string): Promise<Entry | null> {
  const segments = uploadSegments(path)
  const row = await findUpload(ctx, path)
  if (row !== null) return toEntry(ctx, row)
  return (await isFolder(ctx, segments)) ? folderEntry(segments.at(-1) ?? '/') : null
}

/** The folders of the warehouse are there before anything is in them, as a foreign uploader expects (zimfarm.md §11.3). */
async function isFolder(ctx: Context, segments: string[]): Promise<boolean> {
  const [area = ''] = segments
  if (segments.length === 0) return true
  if (!Object.hasOwn(AREAS, area)) return false
  if (segments.length === 1) return true
  const inside = `/${segments.join('/')}/`
  if (area === 'zim') {
    const known = [...WAREHOUSE_PATHS, ...(await heldWarehousePaths(ctx))]
    if (known.some((path) => `/zim${path}/`.startsWith(inside))) return true
  }
  return (await under(ctx, inside)).length > 0
}

async function heldWarehousePaths(ctx: Context): Promise<string[]> {
  const tasks = await ctx.db.task.findMany({
    where: { status: { in: [...ACTIVE] }, worker: { accountId: areaOwner(ctx) } },
    select: { config: true },
    take: 1000,
  })
  return tasks.map(({ config }) => warehouseOf(config))
}

async function under(ctx: Context, inside: string): Promise<UploadRow[]> {
  const rows = await ctx.db.upload.findMany({
    where: { accountId: areaOwner(ctx), path: { startsWith: inside } },
    orderBy: { updatedAt: 'desc' },
    take: 5000,
  })
  return rows.filter((row) => row.path.startsWith(inside))
}

/** What a folder of the caller's area holds. @throws CroftError not_found */
export async function listFolder(ctx: Context, path: string): Promise<Entry[]> {
  const segments = uploadSegments(path)
  if (!(await isFolder(ctx, segments))) throw new CroftError('not_found', `there is no folder ${folderPath(path)}`)
  if (segments.length === 0) return Object.keys(AREAS).map(folderEntry)
  const inside = `/${segments.join('/')}/`
  const folders = new Set<string>()
  for (const known of segments[0] === 'zim' ? WAREHOUSE_PATHS : []) {
    const rest = `/zim${known}/`.startsWith(inside) ? `/zim${known}/`.slice(inside.length) : ''
    if (rest !== '') folders.add(rest.slice(0, rest.indexOf('/')))
  }
  const files: Entry[] = []
  for (const row of await under(ctx, inside)) {
    const rest = row.path.slice(inside.length)
    if (rest.includes('/')) folders.add(rest.slice(0, rest.indexOf('/')))
    else if (rest !== '') files.push(await toEntry(ctx, row))
  }
  return [...[...folders].map(folderEntry), ...files]
}

/** Makes a folder; one that is there already is refused, as clients expect. */
export async function makeFolder(ctx: Context, path: string): Promise<void> {
  const accountId = areaOwner(ctx)
  const folder = folderPath(path)
  if (await isFolder(ctx, uploadSegments(path))) throw new CroftError('conflict', `there is a folder ${folder} already`)
  uploadPath(folder)
  await checkRoom(ctx, accountId)
  const now = ctx.now()
  const id = randomUUID()
  const storageKey = `uploads/${id}/1`
  await ctx.db.upload.createMany({
    data: [{ id, accountId, path: `${folder}/`, storageKey, createdAt: now, updatedAt: now }],
    skipDuplicates: true,
  })
}

/** Removes a folder that somebody made. @throws CroftError not_found, conflict when something is in it */
export async function removeFolder(ctx: Context, path: string): Promise<void> {
  const inside = `${folderPath(path)}/`
  const rows = await under(ctx, inside)
  if (rows.some((row) => row.path !== inside)) throw new CroftError('conflict', 'the folder is not empty')
  if (rows.length === 0) throw new CroftError('not_found', 'there is no such folder of yours')
  await ctx.db.upload.deleteMany({ where: { accountId: areaOwner(ctx), path: inside } })
}

/** Removes an upload of the caller's. What has become a task's file stays. @throws CroftError not_found, forbidden */
export async function removeUpload(ctx: Context, path: string): Promise<void> {
  const row = await findUpload(ctx, path)
  if (row === null) throw new CroftError('not_found', 'there is no such file')
  if (row.fileId !== null && row.wholeAt !== null)
    throw new CroftError('forbidden', 'this is a file of a task by now: it goes with the task')
  await writerOf(row.id)
    ?.close()
    .catch(() => undefined)
  const { count } = await ctx.db.upload.deleteMany({ where: { id: row.id, fence: row.fence } })
  if (count > 0) await forgetBytes(ctx, row)
}

/**
 * Gives an upload another name, in place of what has that name; under its last name it becomes its task's file.
 * @throws CroftError not_found; conflict when fewer bytes have come than the task has announced
 */
export async function renameUpload(ctx: Context, from: string, to: string): Promise<void> {
  const accountId = areaOwner(ctx)
  const { path, name } = uploadPath(to)
  const open = await findUpload(ctx, from)
  if (open === null) throw new CroftError('not_found', 'there is no such file')
  await writerOf(open.id)?.close()
  const row = await ctx.db.upload.findUniqueOrThrow({ where: { id: open.id } })
  if (path === row.path) return
  const missing = isTemporary(name) ? null : await missingBytes(ctx, { ...row, path })
  if (missing !== null)
    throw new CroftError('conflict', `${row.size} bytes have come, but its task announced ${missing}: go on there`)
  const replaced = await transaction(ctx, async (tx) => {
    const former = await tx.db.upload.findUnique({ where: { accountId_path: { accountId, path } } })
    if (former !== null) await tx.db.upload.delete({ where: { id: former.id }, select: { id: true } })
    const fileId = row.fileId ?? former?.fileId ?? null
    await tx.db.upload.update({ where: { id: row.id }, data: { path, fileId, updatedAt: tx.now() } })
    return former
  })
  if (replaced !== null) await forgetBytes(ctx, replaced)
  if (!isTemporary(name)) await settleUpload(ctx, row.id)
}

/**
 * What follows when a client has closed a file. Under a temporary name it waits to be renamed; `x.complete` says that
 * `x.tmp` is whole, as some uploaders do; any other name may be the last.
 */
export async function closedUpload(ctx: Context, row: Pick<UploadRow, 'id' | 'path'>): Promise<void> {
  if (row.path.endsWith('.complete')) {
    const name = row.path.slice(0, -'.complete'.length)
    if ((await findUpload(ctx, `${name}.tmp`)) === null) return
    await renameUpload(ctx, `${name}.tmp`, name)
    return removeUpload(ctx, row.path)
  }
  if (!isTemporary(row.path)) await settleUpload(ctx, row.id)
}
