import { BadSettings, readEnv } from '#lib/env'
import { runBulk } from '#lib/services/bulk/run'
import type { Context } from '#lib/services/context'
import { openRuntime } from '#lib/services/runtime'
import { inProcessWorker } from '#lib/services/workers/in-process'
import { runInProcess } from './processors/in-process'
import { deliverNotice } from './processors/notice'
import { periodicUntil } from './periodic'
import { sweepUntil } from './sweep'

const VERSION = '0.1.0'

async function main(): Promise<void> {
  const { context, queues, log, close } = openRuntime(readEnv(process.env), 'dispatcher')
  const ctx: Context = { ...context, actor: { kind: 'system', username: 'dispatcher' } }
  const stopping = new AbortController()
  const worker = await inProcessWorker(ctx)
  const notices = queues.work('notice', 20, ({ noticeId }) => deliverNotice(ctx, noticeId, VERSION))
  const tasks = queues.work('in_process', 100, ({ taskId }) => runInProcess(ctx, worker, taskId, stopping.signal))
  const bulk = queues.work('bulk', 4, ({ bulkId }) => runBulk(ctx, bulkId, stopping.signal))
  const sweep = sweepUntil(ctx, stopping.signal)
  const periodic = periodicUntil(ctx, stopping.signal)
  log.info('the dispatcher runs')

  const parts = [{ stop: () => sweep }, { stop: () => periodic }, tasks, notices, bulk, { stop: close }]
  const stop = async (why: string) => {
    if (stopping.signal.aborted) return
    log.info({ why }, 'the dispatcher stops')
    stopping.abort()
    for (const part of parts) await part.stop()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal))
  process.on('disconnect', () => void stop('its parent is gone'))
  // It may have gone before there was anybody to hear it.
  if (process.connected === false) await stop('its parent is gone')
}

main().catch((error: unknown) => {
  process.stderr.write(`croft: ${error instanceof BadSettings ? error.message : String(error)}\n`)
  process.exit(1)
})
