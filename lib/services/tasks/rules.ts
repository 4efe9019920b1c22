import type { FarmState, Limits, Policy } from '#lib/core/matching'
import { ruleRows, type LimitRow } from '#lib/db/rules'
import { sqlOf } from '#lib/db/sql'
import type { ReadContext } from '../context'

export type Rules = Pick<FarmState, 'pauses' | 'breakers' | 'slots'> & { policy: Policy }

/** The environment's limits, with what administrators have set over them. */
export function withLimits(policy: Policy, rows: readonly LimitRow[]): Policy {
  const over = (limits: Limits, kind: LimitRow['kind'], figure: 'total' | 'perWorker'): Limits => {
    const set = rows.flatMap((row): [string, number][] => {
      const value = row[figure]
      return row.kind === kind && value !== null ? [[row.subject, value]] : []
    })
    return { ...limits, ...Object.fromEntries(set) }
  }
  return {
    ...policy,
    platformTotals: over(policy.platformTotals, 'platform', 'total'),
    platformPerWorker: over(policy.platformPerWorker, 'platform', 'perWorker'),
    hostTotals: over(policy.hostTotals, 'host', 'total'),
    hostPerWorker: over(policy.hostPerWorker, 'host', 'perWorker'),
  }
}

/** What a decision must know besides tasks and workers; slots are those of the given tasks and of the given worker. */
export async function rulesFor(
  ctx: ReadContext,
  { tasks = [], workerId = null }: { tasks?: string[]; workerId?: string | null },
): Promise<Rules> {
  const { limits, pauses, breakers, slots } = await ruleRows(sqlOf(ctx.db), ctx.now(), tasks, workerId)
  return { policy: withLimits(ctx.settings.policy, limits), pauses, breakers, slots }
}
