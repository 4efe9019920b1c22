import { createHash } from 'node:crypto'
import { fingerprintText, beginOf, SPANS, stepOf, type StatScope } from '#lib/core/stats'
import { ONLINE_SECONDS } from '#lib/core/worker'
import { inTransaction } from '#lib/db/client'
import {
  addFailures,
  addFigures,
  addWaits,
  holdCursor,
  moveCursor,
  sample,
  toldAfter,
  type Figures,
  type NewFailures,
  type Told,
  type Waits,
} from '#lib/db/stats'
import type { Context } from '../context'
import type { Did, GoOn } from '../periodic/job'
import { maskUrls } from '#lib/core/secrets'

const CURSOR = 'figures'
const BATCH = 4_000
/** How long hourly and daily figures are kept, in days; those for all time stay. */
const KEPT_DAYS = { hour: 40, day: 800 }

/**
 * Reads on in the event log and adds what it tells to the kept figures. The place in the log moves in the same transaction as
 * the figures, under its lock: each event counts once, whoever reads and wherever it stops. Once a minute it also looks at what is reserved.
 */
export async function keepFigures(ctx: Context, goOn: GoOn): Promise<Did> {
  let events = 0
  while (await goOn()) {
    const read = await inTransaction(ctx.db, async (tx) => {
      const cursor = await holdCursor(tx, CURSOR, ctx.now())
      const told = await toldAfter(tx, cursor, BATCH)
      const last = told.at(-1)
      if (last === undefined) return 0
      const sums = new Sums()
      for (const event of told) sums.add(event)
      await addFigures(tx, sums.figures())
      await addWaits(tx, sums.waits())
      await addFailures(tx, sums.failures())
      await moveCursor(tx, CURSOR, last)
      return told.length
    })
    events += read
    if (read < BATCH) break
  }
  const looked = await inTransaction(ctx.db, (tx) =>
    sample(tx, ctx.now(), { zimfarm: ONLINE_SECONDS.zimfarm, other: ONLINE_SECONDS.agent }),
  )
  return { events, samples: looked ? 1 : 0 }
}

/** Deletes figures of hours and days that nobody looks at any more. */
export async function forgetFigures(ctx: Context): Promise<Did> {
  const before = (days: number) => new Date(ctx.now().getTime() - days * 86_400_000)
  let forgotten = 0
  for (const [span, days] of Object.entries(KEPT_DAYS)) {
    const where = { span, at: { lt: before(days) } }
    forgotten += (await ctx.db.stat.deleteMany({ where })).count
    forgotten += (await ctx.db.statWait.deleteMany({ where })).count
  }
  return { forgotten }
}

type Count = 'requested' | 'succeeded' | 'failed' | 'canceled' | 'returned'
const COUNTED: Partial<Record<string, Count>> = {
  'task.succeeded': 'succeeded',
  'task.failed': 'failed',
  'task.canceled': 'canceled',
}

/** What a stretch of the log adds to the figures. */
class Sums {
  private readonly byKey = new Map<string, Figures>()
  private readonly waitsByKey = new Map<string, Waits>()
  private readonly groups = new Map<string, NewFailures>()

  add(event: Told): void {
    if (event.taskId === null) return
    if (event.kind === 'task.reserved') this.wait(event)
    const what =
      event.kind === 'task.requested' ? (event.move === 'requeue' ? 'returned' : 'requested') : COUNTED[event.kind]
    if (what === undefined) return
    const group = what === 'failed' ? this.failure(event) : null
    const ran = (what === 'succeeded' || what === 'failed') && event.startedAt !== null && event.endedAt !== null
    const seconds = ran ? (Number(event.endedAt) - Number(event.startedAt)) / 1000 : 0
    for (const [scope, subject] of [...subjectsOf(event), ...(group === null ? [] : [['failure', group] as const])]) {
      for (const span of SPANS) {
        const at = beginOf(span, event.at.getTime())
        const key = `${span} ${scope} ${String(at)} ${subject}`
        const sum = this.byKey.get(key) ?? { span, scope, at, subject, ...NOTHING }
        sum[what] += 1
        sum.runSeconds += Math.max(0, seconds)
        this.byKey.set(key, sum)
      }
    }
  }

  /** How long it waited: counted once, when somebody first takes it. */
  private wait(event: Told): void {
    if (event.fence !== 1 || event.requestedAt === null) return
    const step = stepOf((event.at.getTime() - event.requestedAt.getTime()) / 1000)
    for (const [scope, subject] of subjectsOf(event)) {
      if (scope === 'worker') continue
      for (const span of ['hour', 'day'] as const) {
        const at = beginOf(span, event.at.getTime())
        const key = `${span} ${scope} ${String(at)} ${subject} ${step}`
        const sum = this.waitsByKey.get(key) ?? { span, scope, at, subject, step, n: 0 }
        sum.n += 1
        this.waitsByKey.set(key, sum)
      }
    }
  }

  private failure(event: Told): string | null {
    if (event.taskType === null || event.taskId === null) return null
    const reasonCode = event.reasonCode ?? 'unknown'
    const said = maskUrls(event.reasonText ?? '')
    const text = fingerprintText(said)
    const id = createHash('sha256').update(`${event.taskType}\n${reasonCode}\n${text}`).digest('hex').slice(0, 16)
    const known = this.groups.get(id)
    this.groups.set(id, {
      id,
      taskType: event.taskType,
      reasonCode,
      text,
      sample: said.slice(0, 1_000),
      n: (known?.n ?? 0) + 1,
      firstAt: known?.firstAt ?? event.at,
      lastAt: event.at,
      lastTaskId: event.taskId,
      lastSchedule: event.schedule ?? '',
      lastWorkerId: event.workerId,
    })
    return id
  }

  // Always in one order, so that two who add at the same moment wait for each other instead of failing.
  figures = () => sorted(this.byKey)
  waits = () => sorted(this.waitsByKey)
  failures = () => sorted(this.groups)
}
const NOTHING = { requested: 0, succeeded: 0, failed: 0, canceled: 0, returned: 0, runSeconds: 0 }
const sorted = <T>(map: Map<string, T>): T[] => [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)

const subjectsOf = ({ requester, taskType, workerId }: Told): [StatScope, string][] => [
  ['farm', ''],
  ...(requester === null ? [] : [['requester', requester] as [StatScope, string]]),
  ...(taskType === null ? [] : [['task_type', taskType] as [StatScope, string]]),
  ...(workerId === null ? [] : [['worker', workerId] as [StatScope, string]]),
]
