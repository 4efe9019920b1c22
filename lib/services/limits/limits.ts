import { CroftError } from '#lib/core/error'
import type { Limits } from '#lib/core/matching'
import { actorName, demand, transaction, type Context, type ReadContext } from '../context'
import { appendEvent } from '../events/append'

export const LIMIT_KINDS = ['platform', 'host'] as const
export type LimitKind = (typeof LIMIT_KINDS)[number]
export type LimitView = {
  kind: LimitKind
  /** `*` is each that is not named. */
  subject: string
  total: number | null
  perWorker: number | null
  /** Null where the environment says so; a row that an administrator sets comes over it. */
  author: string | null
  updatedAt: Date | null
}

/** The limits that hold: those that administrators have set, and the environment's. */
export async function listLimits(ctx: ReadContext): Promise<LimitView[]> {
  const rows = await ctx.db.runLimit.findMany({ orderBy: [{ kind: 'asc' }, { subject: 'asc' }] })
  const set = rows.map((row): LimitView => ({ ...row, kind: row.kind === 'host' ? 'host' : 'platform' }))
  const { policy } = ctx.settings
  const given = (kind: LimitKind, totals: Limits, perWorker: Limits) =>
    [...new Set([...Object.keys(totals), ...Object.keys(perWorker)])]
      .sort()
      .filter((subject) => !set.some((row) => row.kind === kind && row.subject === subject))
      .map((subject): LimitView => ({
        kind,
        subject,
        total: totals[subject] ?? null,
        perWorker: perWorker[subject] ?? null,
        author: null,
        updatedAt: null,
      }))
  return [
    ...set,
    ...given('platform', policy.platformTotals, policy.platformPerWorker),
    ...given('host', policy.hostTotals, policy.hostPerWorker),
  ]
}

export type NewLimit = { kind: LimitKind; subject: string; total: number | null; perWorker: number | null }

/** Sets how many tasks of a platform, or that ask a host, may run at once; 0 is never, null leaves it to the environment. */
export async function setLimit(ctx: Context, input: NewLimit): Promise<LimitView> {
  demand(ctx, 'workers.update')
  const { kind, total, perWorker } = input
  const subject = kind === 'host' ? input.subject.toLowerCase() : input.subject
  if (total === null && perWorker === null) {
    throw new CroftError('invalid', 'give a figure for the farm, for each worker, or both; delete the limit to lift it')
  }
  return transaction(ctx, async (tx) => {
    const data = { total, perWorker, author: actorName(tx.actor), updatedAt: tx.now() }
    const row = await tx.db.runLimit.upsert({
      where: { kind_subject: { kind, subject } },
      create: { kind, subject, ...data },
      update: data,
    })
    await appendEvent(tx, { kind: 'limit.set', data: { kind, subject, total, perWorker } })
    return { ...row, kind }
  })
}

/** Lifts a limit that an administrator has set; the environment's holds again. @throws CroftError not_found */
export async function removeLimit(ctx: Context, input: { kind: LimitKind; subject: string }): Promise<void> {
  demand(ctx, 'workers.update')
  await transaction(ctx, async (tx) => {
    const { count } = await tx.db.runLimit.deleteMany({ where: input })
    if (count === 0) throw new CroftError('not_found', `no limit is set for the ${input.kind} ${input.subject}`)
    await appendEvent(tx, { kind: 'limit.removed', data: { ...input } })
  })
}
