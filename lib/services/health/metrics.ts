import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Runtime } from '../runtime'
import { ONLINE_SECONDS } from '#lib/core/worker'
import { listPeriodic } from '../periodic/list'
import { countTasks } from '../tasks/list'

const shared = globalThis as typeof globalThis & { croftMetrics?: ReturnType<typeof create> }

function create() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'croft_web_' })
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] })
  return {
    registry,
    tasks: gauge('croft_tasks', 'Tasks by status', ['status']),
    notices: gauge('croft_notices', 'Notices that wait to be delivered, and those that were given up', ['status']),
    workers: gauge('croft_workers', 'Workers that are registered, and those seen lately', ['state']),
    jobs: gauge('croft_queue_jobs', 'Jobs that wait, by queue', ['queue']),
    periodicRuns: gauge('croft_periodic_runs', 'Runs of each periodic job, and those that failed', ['job', 'result']),
    periodicSeconds: gauge('croft_periodic_last_run_seconds', 'How long the last run of each periodic job took', [
      'job',
    ]),
    periodicEnded: gauge('croft_periodic_last_end_timestamp_seconds', 'When the last run of each job ended', ['job']),
    periodicNext: gauge('croft_periodic_next_timestamp_seconds', 'When the next run of each job is due', ['job']),
    answers: gauge('croft_up', 'Whether a part answers: 1 or 0', ['part']),
  }
}

/** The farm's figures in the text format of Prometheus; a part that does not answer is told as croft_up 0. */
export async function metrics({
  context,
  queues,
}: Pick<Runtime, 'context' | 'queues'>): Promise<{ contentType: string; text: string }> {
  const all = (shared.croftMetrics ??= create())
  try {
    const ctx = { ...context, actor: { kind: 'anonymous' as const } }
    for (const [status, n] of Object.entries(await countTasks(ctx))) all.tasks.set({ status }, n)
    for (const status of ['pending', 'dead'] as const)
      all.notices.set({ status }, await ctx.db.notice.count({ where: { status } }))
    const since = new Date(ctx.now().getTime() - ONLINE_SECONDS.agent * 1000)
    const living = { deletedAt: null, kind: { not: 'in_process' } }
    all.workers.set({ state: 'registered' }, await ctx.db.worker.count({ where: living }))
    all.workers.set({ state: 'online' }, await ctx.db.worker.count({ where: { ...living, lastSeenAt: { gt: since } } }))
    for (const { name: job, ...run } of await listPeriodic(ctx)) {
      all.periodicRuns.set({ job, result: 'done' }, run.runs - run.failures)
      all.periodicRuns.set({ job, result: 'failed' }, run.failures)
      if (run.tookMs !== null) all.periodicSeconds.set({ job }, run.tookMs / 1000)
      if (run.lastEndedAt !== null) all.periodicEnded.set({ job }, run.lastEndedAt.getTime() / 1000)
      if (run.nextAt !== null) all.periodicNext.set({ job }, run.nextAt.getTime() / 1000)
    }
    all.answers.set({ part: 'database' }, 1)
  } catch {
    all.answers.set({ part: 'database' }, 0)
  }
  try {
    for (const [queue, n] of Object.entries(await queues.depth())) all.jobs.set({ queue }, n)
    all.answers.set({ part: 'queue' }, 1)
  } catch {
    all.answers.set({ part: 'queue' }, 0)
  }
  return { contentType: all.registry.contentType, text: await all.registry.metrics() }
}
