import { CroftError } from '#lib/core/error'
import {
  isLimited,
  obstacles,
  triedBreakers,
  type OpenBreaker,
  type Policy,
  type QueuedTask,
  type Reason,
  type RunningTask,
  type WorkerState,
} from '#lib/core/matching'
import { taskRow } from '#lib/db/details'
import { runningBy, type Subjects } from '#lib/db/queue'
import { noteProbe, ruleRows, takeTurns } from '#lib/db/rules'
import type { Sql } from '#lib/db/sql'
import { workerRow } from '#lib/db/worker'
import type { ReadContext } from '../context'
import { rulesFor, type Rules } from './rules'
import { queuedTasks, stateOfRunning, workerState } from './states'

/** What forbids the take, in words. */
function wordsOf(reason: Reason): string {
  switch (reason.code) {
    case 'platform_total':
    case 'platform_worker':
      return `${reason.limit} tasks of ${reason.platform} may run at once, and do`
    case 'host_total':
    case 'host_worker':
      return `${reason.limit} tasks on ${reason.host} may run at once, and do`
    case 'paused':
      return `${reason.scope === 'farm' ? 'the farm' : `its ${reason.scope.replace('_', ' ')}`} is paused by ${reason.author}: ${reason.reason}`
    case 'breaker':
      return `its ${reason.kind.replace('_', ' ')} has failed ${reason.failures} times in a row and is tried again later`
    case 'disabled':
    case 'cordoned':
      return 'the worker is out of service'
    default:
      return `the worker may not have it (${reason.code})`
  }
}

/** The platforms and web sites of tasks that some limit concerns. */
export function limitedSubjects(
  tasks: readonly { platform: string | null; hosts: readonly string[] }[],
  worker: WorkerState,
  policy: Policy,
): Subjects {
  const limited = (task: { platform: string | null; hosts: readonly string[] }) => isLimited(task, worker, policy)
  const platforms = new Set(tasks.flatMap((task) => task.platform ?? []))
  const hosts = new Set(tasks.flatMap((task) => task.hosts))
  return {
    platforms: [...platforms].filter((platform) => limited({ platform, hosts: [] })),
    hosts: [...hosts].filter((host) => limited({ platform: null, hosts: [host] })),
  }
}

/** What bears on a take: the task and the worker as they are now, and the rules of the farm. */
export type Known = { task: QueuedTask; worker: WorkerState; rules: Rules }

/** Reads what bears on a take; null when the task cannot be taken anyway. */
export async function whatIsKnown(ctx: ReadContext, workerId: string, taskId: string): Promise<Known | null> {
  const now = ctx.now()
  const [row, worker, rules] = await Promise.all([
    taskRow(ctx.db, taskId),
    workerRow(ctx.db, { id: workerId }),
    rulesFor(ctx, {}),
  ])
  if (row?.status !== 'requested' || worker === null || (row.notBefore !== null && row.notBefore > now)) return null
  const [task] = await queuedTasks(ctx, [row], [])
  return task === undefined ? null : { task, worker: { ...workerState(worker, now), online: true }, rules }
}

/**
 * What a take has to respect besides room, as of now. Null when nothing has to be watched during the take itself;
 * else `check` waits its turn and looks again: takes that count towards the same limit, or try the same open breaker,
 * go one after another, so that many at once cannot pass it.
 * @throws CroftError conflict
 */
export function admission(ctx: ReadContext, bearing: Known | null) {
  if (bearing === null) return null
  const now = ctx.now()
  const { task, worker: state, rules } = bearing
  const refuse = (known: Omit<Rules, 'slots'>, running: RunningTask[]) =>
    refuseAgainst(task, state, { ...known, running }, now.getTime())
  const tried = triedBreakers(task, state, rules.breakers)
  if (!isLimited(task, state, rules.policy) && tried.length === 0) {
    refuse(rules, [])
    return null
  }
  const subjects = limitedSubjects([task], state, rules.policy)
  return {
    async check(sql: Sql): Promise<void> {
      await takeTurns(sql, turnsOf(subjects, tried))
      const running = await runningBy(sql, { ...subjects, workerId: state.id, now, offers: false })
      const { breakers } = tried.length === 0 ? rules : await ruleRows(sql, now, [], null)
      refuse(
        { ...rules, breakers },
        running.map((one) => stateOfRunning(one, now)),
      )
    },
    noteProbe: (sql: Sql) => noteProbe(sql, task.id, tried),
  }
}

const turnsOf = ({ platforms, hosts }: Subjects, tried: readonly OpenBreaker[]) => [
  ...platforms.map((platform) => `platform ${platform}`),
  ...hosts.map((host) => `host ${host}`),
  ...tried.map(({ kind, subject }) => `breaker ${kind} ${subject}`),
]

function refuseAgainst(
  task: QueuedTask,
  worker: WorkerState,
  rules: { policy: Policy; pauses: Rules['pauses']; breakers: Rules['breakers']; running: RunningTask[] },
  now: number,
): void {
  const farm = { ...rules, workers: [worker], queue: [task], slots: [] }
  const [reason] = obstacles(farm, task, worker, now, rules.policy)
  if (reason !== undefined) throw new CroftError('conflict', wordsOf(reason))
}
