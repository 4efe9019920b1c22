import { bytes } from './bytes'
import type { BreakerKind, PauseScope, Reason } from './matching'
import type { Change } from './suggest'

const amount = (resource: string, value: number) =>
  resource === 'cpu' ? `${value} ${value === 1 ? 'core' : 'cores'}` : `${bytes(value)} of ${resource}`

const PAUSED: Record<PauseScope, string> = {
  farm: 'the whole farm was paused',
  task_type: 'its task type was paused',
  platform: 'its platform was paused',
  host: 'a site that it asks was paused',
  schedule: 'its schedule was paused',
  worker: 'was paused',
}
const BROKEN: Record<BreakerKind, string> = {
  task_type: 'its task type has',
  image: 'its image has',
  worker: 'has',
}

/** A reason of `decide` in a person's words, with times as `at` writes them. */
export function reasonIn(reason: Reason, at: (time: number) => string): string {
  switch (reason.code) {
    case 'not_before':
      return `not before ${at(reason.at)}`
    case 'task_type':
      return `does not run ${reason.taskType}`
    case 'too_big':
      return `has ${amount(reason.resource, reason.total)} in all; the task needs ${amount(reason.resource, reason.need)}`
    case 'pinned_elsewhere':
      return 'was asked for on another worker'
    case 'selfish':
      return 'takes only what is asked for on it'
    case 'cordoned':
      return 'takes no new tasks (cordoned)'
    case 'offline':
      return 'is offline'
    case 'quiet':
      return `has quiet hours until ${at(reason.until)}`
    case 'context':
      return `does not have the context ${reason.context}`
    case 'context_address':
      return `has the context ${reason.context} only when it calls from its agreed address`
    case 'disabled':
      return 'was taken out of service by an administrator'
    case 'paused':
      return `${PAUSED[reason.scope]} by ${reason.author}${reason.until === null ? '' : ` until ${at(reason.until)}`}: ${reason.reason}`
    case 'breaker':
      return `${BROKEN[reason.kind]} failed ${reason.failures} times in a row; ${
        reason.probing ? 'one task tries now whether it works again' : `it is tried again at ${at(reason.retryAt)}`
      }`
    case 'platform_total':
      return `${reason.running} of at most ${reason.limit} tasks run on ${reason.platform}`
    case 'platform_worker':
      return `runs ${reason.running} of at most ${reason.limit} tasks on ${reason.platform}`
    case 'host_total':
      return `${reason.running} of at most ${reason.limit} tasks ask ${reason.host}`
    case 'host_worker':
      return `runs ${reason.running} of at most ${reason.limit} tasks that ask ${reason.host}`
    case 'busy':
      return `has ${amount(reason.resource, reason.free)} free; the task needs ${amount(reason.resource, reason.need)}`
    case 'behind':
      return 'a bigger or earlier task goes first and waits for room'
    case 'queue':
      return `has ${reason.ahead} or more tasks of the same kind to take before it`
    case 'planned':
      return `is full for now; a place on ${reason.worker ?? 'one worker'} is kept for the task, by ${at(reason.startsAt)} at the latest`
  }
}

const PAUSE_OF: Record<PauseScope, (subject: string) => string> = {
  farm: () => 'the farm',
  task_type: (subject) => `the task type ${subject}`,
  platform: (subject) => `the platform ${subject}`,
  host: (subject) => `the site ${subject}`,
  schedule: (subject) => `the schedule ${subject}`,
  worker: (subject) => `the worker ${subject}`,
}
const amounts = (resources: Partial<Record<string, number>>) =>
  Object.entries(resources)
    .filter(([, value]) => value !== undefined && value > 0)
    .map(([resource, value]) => amount(resource, value ?? 0))
    .join(' and ')

/** What a person can do about a waiting task, in words that follow "To start it". */
export function changeIn(change: Change): string {
  switch (change.kind) {
    case 'end_pause':
      return `end the pause of ${PAUSE_OF[change.scope](change.subject)}`
    case 'reset_breaker':
      return `let ${change.subject} go on after its failures`
    case 'uncordon':
      return 'let it take new tasks again (uncordon)'
    case 'end_quiet':
      return 'end its quiet hours'
    case 'enable':
      return 'put it back in service'
    case 'start_now':
      return 'let the task start before its time'
    case 'raise_limit':
      return `raise the limit for ${change.subject} to ${change.to}`
    case 'raise_priority':
      return `raise the priority to ${change.to}`
    case 'pin':
      return 'request the task for this worker'
    case 'free':
      return `free ${amounts(change.resources)} more`
    case 'ask_less':
      return `let the task ask for no more than ${amounts(change.resources)}`
    case 'connect':
      return 'bring it online'
    case 'add_context':
      return `give it the context ${change.context}`
    case 'add_task_type':
      return `let it run ${change.taskType}`
  }
}

/** How far a reason keeps a worker from a task: what passes by itself is near, what it will never do is far. */
const FAR: Partial<Record<Reason['code'], number>> = {
  task_type: 1000,
  too_big: 100,
  pinned_elsewhere: 100,
  selfish: 100,
  context: 100,
  context_address: 100,
  disabled: 10,
  paused: 10,
  breaker: 5,
  cordoned: 10,
  offline: 10,
  quiet: 5,
}
/** How far a worker is from taking a task: 0 is there, below 5 it passes by itself, from 100 on it never takes it. */
export const farOf = (reasons: readonly Reason[]) => reasons.reduce((sum, { code }) => sum + (FAR[code] ?? 1), 0)

/** The worker that is nearest to taking a task, and what stands most between them; no reason when it takes it. */
export function nearestWorker(
  workers: readonly { worker: string; reasons: readonly Reason[] }[],
): { worker: string; reason: Reason | null } | null {
  let best: { worker: string; reasons: readonly Reason[]; far: number } | null = null
  for (const { worker, reasons } of workers) {
    const far = farOf(reasons)
    if (best === null || far < best.far) best = { worker, reasons, far }
  }
  if (best === null) return null
  const [first = null] = [...best.reasons].sort((a, b) => farOf([b]) - farOf([a]))
  return { worker: best.worker, reason: first }
}
