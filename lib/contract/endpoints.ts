import * as account from './account'
import * as admin from './admin'
import * as imports from './import'
import * as periodic from './periodic'
import * as rules from './rules'
import * as schedule from './schedule'
import * as search from './search'
import * as session from './session'
import * as history from './schedule-history'
import * as scheduleBulk from './schedule-bulk'
import * as scheduleWork from './schedule-work'
import * as stats from './stats'
import * as blob from './blob'
import * as task from './task'
import * as taskType from './task-type'
import * as worker from './worker'
import * as pipeline from './pipeline'
import * as bulk from './bulk'
import * as view from './saved-view'
import * as taskPage from './task-page'
import type { Endpoint } from './endpoint'

const isEndpoint = (value: unknown): value is Endpoint =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'summary' in value

/** Every call of Croft's own API, by operation id. */
export const ENDPOINTS: Record<string, Endpoint> = Object.fromEntries(
  [
    search,
    session,
    account,
    imports,
    periodic,
    schedule,
    history,
    scheduleBulk,
    scheduleWork,
    blob,
    taskType,
    task,
    taskPage,
    pipeline,
    bulk,
    view,
    worker,
    rules,
    stats,
    admin,
  ].flatMap((module) =>
    Object.entries(module as Record<string, unknown>).filter((entry): entry is [string, Endpoint] =>
      isEndpoint(entry[1]),
    ),
  ),
)
