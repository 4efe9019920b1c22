import { bytes } from './bytes'
import type { BreakerKind, PauseScope, Reason } from './matching'

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
      return `has its place: room is kept for it until ${at(reason.startsAt)} at the latest`
  }
}
