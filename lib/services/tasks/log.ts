import { CroftError } from '#lib/core/error'
import { isFinal } from '#lib/core/task'
import { redactorOf } from './redact'
import { transaction, type Context, type ReadContext } from '../context'
import { holding } from './move'

export type LogStream = 'stdout' | 'stderr' | 'agent'
type StoredLine = { stream: LogStream; at: string; text: string }
export type LogLine = StoredLine & { n: number; attempt: number }

/**
 * Appends a chunk of lines to a held task's log. The holder counts its chunks from 1: what comes twice is
 * stored once. Secret values are masked before they are stored.
 */
export async function appendLog(
  ctx: Context,
  input: { taskId: string; fence: number; chunk: number; lines: StoredLine[] },
): Promise<void> {
  await transaction(ctx, async (tx) => {
    const task = await holding(tx, input.taskId, input.fence)
    const last = await tx.db.logChunk.aggregate({
      where: { taskId: task.id, fence: input.fence },
      _max: { chunk: true },
    })
    const expected = (last._max.chunk ?? 0) + 1
    if (input.chunk < expected) return
    if (input.chunk > expected) {
      throw new CroftError('conflict', `chunk ${expected} of the log is missing: send it first`, {
        chunk: [`must be ${expected}`],
      })
    }
    const { logLines } = await tx.db.taskReport.update({
      where: { taskId: task.id },
      data: { logLines: { increment: input.lines.length } },
      select: { logLines: true },
    })
    const redact = await redactorOf(tx, task)
    await tx.db.logChunk.create({
      data: {
        taskId: task.id,
        firstLine: logLines - input.lines.length + 1,
        lines: input.lines.length,
        attempt: task.attempt,
        fence: input.fence,
        chunk: input.chunk,
        content: input.lines.map((line) => ({ ...line, text: redact(line.text.replaceAll('\u0000', '�')) })),
      },
      select: { taskId: true },
    })
  })
}

/** Lines of a task's log after the line `after`, or its last `tail` lines. */
export async function readLog(
  ctx: ReadContext,
  input: { taskId: string; after: number; limit: number; tail?: number },
): Promise<{ lines: LogLine[]; total: number; ended: boolean }> {
  const task = await ctx.db.task.findUnique({
    where: { id: input.taskId },
    select: { status: true, report: { select: { logLines: true } } },
  })
  if (task === null) throw new CroftError('not_found', `there is no task ${input.taskId}`)
  const total = task.report?.logLines ?? 0
  const after = input.tail === undefined ? input.after : Math.max(0, total - input.tail)
  const limit = input.tail ?? input.limit
  const lines: LogLine[] = []
  const before = await ctx.db.logChunk.findFirst({
    where: { taskId: input.taskId, firstLine: { lte: after + 1 } },
    orderBy: { firstLine: 'desc' },
    select: { firstLine: true },
  })
  let from = before?.firstLine ?? 1
  while (lines.length < limit) {
    const chunks = await ctx.db.logChunk.findMany({
      where: { taskId: input.taskId, firstLine: { gte: from } },
      orderBy: { firstLine: 'asc' },
      take: 20,
    })
    for (const chunk of chunks) {
      const stored = chunk.content as StoredLine[]
      stored.forEach((line, index) => {
        const n = chunk.firstLine + index
        if (n > after && lines.length < limit) lines.push({ n, attempt: chunk.attempt, ...line })
      })
      from = chunk.firstLine + chunk.lines
    }
    if (chunks.length < 20) break
  }
  return { lines, total, ended: isFinal(task.status) }
}
