import type { CmsAnswer, FileCheck } from '#lib/core/task-view'
import type { TaskConfig } from '#lib/core/schedule'
import { json } from '#lib/db/client'
import type { Context, TxContext } from '../context'
import type { CmsSettings } from '../settings'
import { warehouseOf } from '../uploads/settle'

type Info = {
  id?: unknown
  counter?: unknown
  article_count?: unknown
  media_count?: unknown
  size?: unknown
  metadata?: Record<string, unknown>
}

/**
 * Writes into the outbox that the catalogue is to be told of a file, once: when it is checked, or, in the second way,
 * when the check's results are uploaded too. Nothing when no catalogue is set, when the file's content is not known, or when it comes
 * from a test run.
 */
export async function writeCmsNotice(tx: TxContext, fileId: string): Promise<void> {
  const { cms } = tx.settings
  if (cms === null) return
  const file = await tx.db.file.findUniqueOrThrow({
    where: { id: fileId },
    include: { task: { select: { config: true, scheduleId: true, scheduleName: true, upload: true } } },
  })
  const check = file.check as FileCheck | null
  const info = (file.info as Info | null) ?? (check?.info as Info | undefined) ?? null
  if (check === null || info === null || file.task === null) return
  if ((file.task.config as TaskConfig).test === true) return
  if (cms.way === 'v2' && (file.status !== 'uploaded' || file.checkFile === null)) return
  if ((file.cms as CmsAnswer | null)?.succeeded === true) return
  const waiting = await tx.db.notice.findFirst({
    where: { fileId, channel: 'cms', status: { in: ['pending', 'delivered'] } },
    select: { id: true },
  })
  if (waiting !== null) return
  const about = { ...file, task: file.task }
  const now = tx.now()
  const { id } = await tx.db.notice.create({
    data: {
      taskId: file.taskId,
      fileId,
      occasion: 'checked',
      channel: 'cms',
      target: cms.endpoint,
      payload: json(cms.way === 'v1' ? firstWay(cms, about, info, check) : secondWay(about, info)) as object,
      nextAttemptAt: now,
      createdAt: now,
    },
    select: { id: true },
  })
  await tx.enqueue({ queue: 'notice', payload: { noticeId: id } })
}

type About = {
  name: string
  checkFile: string | null
  task: { config: unknown; scheduleId: string | null; scheduleName: string; upload: unknown }
}
const content = (info: Info) => ({
  id: info.id ?? null,
  counter: info.counter ?? null,
  article_count: info.article_count ?? null,
  media_count: info.media_count ?? null,
  size: info.size ?? null,
  metadata: info.metadata ?? {},
})

/** The body of zimfarm.md §14.5. */
const firstWay = (cms: CmsSettings, file: About, info: Info, check: FileCheck) => ({
  ...content(info),
  period: info.metadata?.Date ?? null,
  url: `${cms.downloadUrl}${warehouseOf(file.task.config)}/${file.name}`,
  zimcheck: { status: check.result === 0 },
})
/** The body of zimfarm.md §20.2. */
const secondWay = (file: About, info: Info) => ({
  ...content(info),
  folder_name: warehouseOf(file.task.config).replace(/^\//, ''),
  filename: file.name,
  zimcheck_url: file.checkFile,
  recipe_id: file.task.scheduleId,
  recipe_name: file.task.scheduleName,
})

/** Notes what the catalogue answered. */
export async function noteCms(ctx: Context, noticeId: string, answer: CmsAnswer): Promise<void> {
  const notice = await ctx.db.notice.findUnique({ where: { id: noticeId }, select: { fileId: true } })
  if (notice === null || notice.fileId === null) return
  await ctx.db.file.updateMany({ where: { id: notice.fileId }, data: { cms: json(answer) } })
}
