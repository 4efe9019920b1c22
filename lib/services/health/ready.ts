import type { Runtime } from '../runtime'

export type Readiness = { ready: boolean; database: string; queue: string }

/** Whether the database and the queue answer within a few seconds. */
export async function readiness({ context, queues }: Pick<Runtime, 'context' | 'queues'>): Promise<Readiness> {
  const told = (part: Promise<unknown>) =>
    Promise.race([
      part,
      new Promise((_, reject) => setTimeout(() => reject(new Error('no answer within 4 s')), 4_000).unref()),
    ]).then(
      () => 'ok',
      () => 'does not answer',
    )
  const [database, queue] = await Promise.all([told(context.db.$queryRaw`SELECT 1`), told(queues.depth())])
  return { ready: database === 'ok' && queue === 'ok', database, queue }
}
