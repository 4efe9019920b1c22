import { Prisma } from '#lib/db/client'
import type { ReadContext } from '../context'

/** After this many hours a file is not told of any more (zimfarm.md §20.2). */
const HOURS = 24

/** Files that the catalogue is still to hear of: uploaded, checked, with the check's results kept, and young. */
export async function pendingForCatalogue(
  ctx: ReadContext,
  page: { skip: number; limit: number },
): Promise<{ items: { name: string; taskId: string; createdAt: Date }[]; count: number }> {
  const since = new Date(ctx.now().getTime() - HOURS * 3_600_000)
  const where = Prisma.sql`status = 'uploaded' AND check_result IS NOT NULL AND check_file IS NOT NULL
    AND (cms IS NULL OR (cms->>'succeeded') IS DISTINCT FROM 'true') AND task_id IS NOT NULL AND created_at > ${since}`
  const items = await ctx.db.$queryRaw<{ name: string; taskId: string; createdAt: Date }[]>`
    SELECT name, task_id::text AS "taskId", created_at AS "createdAt" FROM file WHERE ${where}
    ORDER BY created_at, id OFFSET ${page.skip} LIMIT ${page.limit}`
  const [total] = await ctx.db.$queryRaw<{ count: bigint }[]>`SELECT count(*) FROM file WHERE ${where}`
  return { items, count: Number(total?.count ?? 0) }
}
