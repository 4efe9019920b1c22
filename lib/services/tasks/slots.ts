import { SLOT_MARGIN, type Slot } from '#lib/core/matching'
import { writeSlot } from '#lib/db/rules'
import { sqlOf } from '#lib/db/sql'
import type { ReadContext } from '../context'

/** Keeps the place that a worker's decision has planned; nothing is written while it stays as it was. */
export async function keepSlot(
  ctx: ReadContext,
  workerId: string,
  before: readonly Slot[],
  planned: readonly Slot[],
): Promise<void> {
  const mine = (slot: Slot) => slot.workerId === workerId
  const had = before.filter(mine)
  const slot = planned.find(mine) ?? null
  const [only] = had
  const same =
    slot === null
      ? had.length === 0
      : had.length === 1 && only?.taskId === slot.taskId && only.startsAt - slot.startsAt < SLOT_MARGIN / 2
  if (!same) await writeSlot(sqlOf(ctx.db), workerId, slot)
}
