import { CroftError } from '#lib/core/error'
import type { PauseScope } from '#lib/core/matching'
import { actorName, demand, transaction, type Context, type TxContext } from '../context'
import { appendEvent } from '../events/append'
import { toPause, type PauseView } from './list'

export type NewPause = { scope: PauseScope; subject: string; reason: string; until: Date | null }

/** Whoever may change schedules may pause one; all else is for those who may change workers. */
export const pausePermission = (scope: PauseScope) => (scope === 'schedule' ? 'schedules.update' : 'workers.update')

/**
 * Holds part of the farm back: its tasks wait, and say so, until the pause is ended or ends by itself.
 * What runs goes on.
 * @throws CroftError invalid, not_found
 */
export async function addPause(ctx: Context, input: NewPause): Promise<PauseView> {
  demand(ctx, pausePermission(input.scope))
  const { scope, reason, until } = input
  if (until !== null && until <= ctx.now()) {
    throw new CroftError('invalid', 'the pause would be over already: give a later end, or none', {
      until: ['is not in the future'],
    })
  }
  return transaction(ctx, async (tx) => {
    const found = await subjectOf(tx, scope, input.subject.trim())
    const row = await tx.db.pause.create({
      data: { scope, ...found, reason, author: actorName(tx.actor), createdAt: tx.now(), until },
    })
    await appendEvent(tx, {
      kind: 'pause.added',
      scheduleId: scope === 'schedule' ? found.subject : undefined,
      workerId: scope === 'worker' ? found.subject : undefined,
      data: { pause: row.id, scope, subject: found.label, reason, until },
    })
    return toPause(row)
  })
}

async function subjectOf(tx: TxContext, scope: PauseScope, name: string): Promise<{ subject: string; label: string }> {
  const missing = (what: string) => new CroftError('not_found', `there is no ${what} ${name}`)
  if (scope === 'farm') {
    if (name === '') return { subject: '', label: '' }
    throw new CroftError('invalid', 'a pause of the farm has no subject: leave it out', { subject: ['must be empty'] })
  }
  if (name === '') {
    throw new CroftError('invalid', `say which ${scope.replace('_', ' ')} to pause`, { subject: ['must not be empty'] })
  }
  switch (scope) {
    case 'schedule': {
      const row = await tx.db.schedule.findUnique({ where: { name }, select: { id: true } })
      if (row === null) throw missing('schedule')
      return { subject: row.id, label: name }
    }
    case 'worker': {
      const row = await tx.db.worker.findFirst({ where: { name, deletedAt: null }, select: { id: true } })
      if (row === null) throw missing('worker')
      return { subject: row.id, label: name }
    }
    case 'task_type': {
      const row = await tx.db.taskType.findUnique({ where: { id: name }, select: { id: true } })
      if (row === null) throw missing('task type')
      return { subject: name, label: name }
    }
    case 'host':
      return { subject: name.toLowerCase(), label: name.toLowerCase() }
    case 'platform':
      return { subject: name, label: name }
  }
}
