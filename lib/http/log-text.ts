import type { Context } from '#lib/services/context'
import { readLog, type LogLine } from '#lib/services/tasks/log'

const PAGE = 5_000
const textOf = (lines: LogLine[]) => lines.map((line) => `${line.at} ${line.stream} ${line.text}\n`).join('')

/** A task's log as plain text, page by page as it is read, however long it is. @throws CroftError not_found */
export async function logText(ctx: Context, taskId: string): Promise<Response> {
  const encoder = new TextEncoder()
  let page = (await readLog(ctx, { taskId, after: 0, limit: PAGE })).lines
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const last = page.at(-1)
      if (last === undefined) return controller.close()
      controller.enqueue(encoder.encode(textOf(page)))
      page = page.length < PAGE ? [] : (await readLog(ctx, { taskId, after: last.n, limit: PAGE })).lines
    },
  })
  return new Response(body, {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="${taskId}.log"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}
