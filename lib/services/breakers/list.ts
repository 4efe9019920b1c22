import { BREAKER_KINDS, type BreakerKind } from '#lib/core/matching'
import type { ReasonCode } from '#lib/core/task'
import type { ReadContext } from '../context'

export type BreakerView = {
  kind: BreakerKind
  /** A task type, an image, or a worker's name. */
  subject: string
  since: Date
  failures: number
  firstFailedAt: Date
  lastFailedAt: Date
  lastTaskId: string
  lastReasonCode: ReasonCode
  retryAt: Date
  /** The task that tries now whether it works again. */
  probe: string | null
}

/** The open breakers: since when, why, and when one task may try again. */
export async function listBreakers(ctx: ReadContext): Promise<BreakerView[]> {
  const rows = await ctx.db.breaker.findMany({
    where: { openedAt: { not: null } },
    orderBy: [{ openedAt: 'desc' }, { kind: 'asc' }, { subject: 'asc' }],
    take: 1_000,
  })
  const probes = await ctx.db.task.findMany({
    where: { id: { in: rows.flatMap((row) => row.probeTaskId ?? []) }, status: { in: ['reserved', 'started'] } },
    select: { id: true },
  })
  const active = new Set(probes.map((task) => task.id))
  return rows.map((row) => ({
    kind: BREAKER_KINDS.find((kind) => kind === row.kind) ?? 'task_type',
    subject: row.label,
    since: row.openedAt ?? row.lastFailedAt,
    failures: row.failures,
    firstFailedAt: row.firstFailedAt,
    lastFailedAt: row.lastFailedAt,
    lastTaskId: row.lastTaskId,
    lastReasonCode: row.lastReasonCode as ReasonCode,
    retryAt: row.retryAt ?? row.lastFailedAt,
    probe: row.probeTaskId !== null && active.has(row.probeTaskId) ? row.probeTaskId : null,
  }))
}
