import { later } from '#lib/db/sql'
import { insert } from '#lib/db/write'
import { actorName, type TxContext } from '../context'
import { isHint, type Hint } from '../tasks/wake'

export type EventInput = {
  /** `<noun>.<what happened>`, e.g. `task.started`. */
  kind: string
  taskId?: string
  scheduleId?: string | null
  workerId?: string | null
  data?: Record<string, unknown>
  /** For those who wait for work; not stored. */
  wake?: Pick<Hint, 'fits' | 'limited'>
}

/** Appends to the event log, in the transaction of the change that it tells of. */
export async function appendEvent(tx: TxContext, event: EventInput): Promise<void> {
  const row = insert(tx.db, 'event', {
    at: tx.now(),
    kind: event.kind,
    actor: actorName(tx.actor),
    taskId: event.taskId,
    scheduleId: event.scheduleId,
    workerId: event.workerId,
    data: event.data ?? {},
  })
  if (isHint(event.kind))
    tx.hints.push({ kind: event.kind, taskId: event.taskId ?? null, workerId: event.workerId ?? null, ...event.wake })
  await later(tx.db, row)
}
