import { cleanUpCredentials } from '../accounts/clean-up'
import { cleanUpBulk } from '../bulk/run'
import { removeOrphanBlobs } from '../blobs/orphans'
import { removeDiscarded } from '../files/discard'
import { expireFiles } from '../files/expire'
import { cleanUpNotices } from '../notices/clean-up'
import { sampleRunning } from '../samples/samples'
import { requestDue } from '../schedules/request-due'
import { recheckAll } from '../task-types/recheck'
import { settleForgotten } from '../uploads/settle'
import { forgetFigures, keepFigures } from '../stats/keep'
import { workOut } from '../stats/outlook'
import { lookAfterWorkers } from '../workers/look-after'
import { inBatches } from './batches'
import { cancelGone } from '../tasks/cancel-gone'
import { keepHistory, removeOldTasks } from '../tasks/remove'
import type { Jobs } from './run'

const MINUTE = 60
const HOUR = 60 * MINUTE

/** What the dispatchers do again and again, each job by one of them at a time. */
export const JOBS = {
  definitions: {
    everySeconds: 5,
    about: 'checks the schedules of a task type again whose definition has changed',
    run: recheckAll,
  },
  due_schedules: {
    everySeconds: 30,
    about: 'requests a task of each schedule whose period is over',
    run: requestDue,
  },
  workers: {
    everySeconds: 5,
    about: 'lets workers take tasks again whose time has come, and tells of those that are drained',
    run: lookAfterWorkers,
  },
  figures: {
    everySeconds: 5,
    about:
      'adds what has happened to the kept figures: outcomes, waiting times, what is used, failures that look alike',
    run: keepFigures,
  },
  outlook: {
    everySeconds: MINUTE,
    about: 'works out when the queue will be empty, what comes next on each worker, and which schedules are overdue',
    run: workOut,
  },
  old_figures: {
    everySeconds: HOUR,
    about: 'deletes figures of hours after 40 days, and of days after 800',
    run: forgetFigures,
  },
  gone_tasks: {
    everySeconds: 5 * MINUTE,
    about: 'asks for the cancel of tasks of which nothing has been told for an hour although their worker calls',
    run: cancelGone,
  },
  history: {
    everySeconds: 10 * MINUTE,
    about: 'keeps the newest tasks of each schedule, its newest success among them, and deletes the others',
    run: keepHistory,
  },
  old_tasks: {
    everySeconds: 10 * MINUTE,
    about: 'deletes old tasks without a schedule, where SHOULD_REMOVE_OLD_TASKS says so',
    run: removeOldTasks,
  },
  orphan_blobs: {
    everySeconds: HOUR,
    about: 'deletes blobs whose schedule has been gone for a day',
    run: removeOrphanBlobs,
  },
  discarded_bytes: {
    everySeconds: MINUTE,
    about: 'removes bytes from the storage that no row names any more',
    run: removeDiscarded,
  },
  waiting_uploads: {
    everySeconds: MINUTE,
    about: 'gives uploads to the tasks that wait for them, where a process died before it did so',
    run: async (ctx) => ({ settled: await settleForgotten(ctx, 100) }),
  },
  expired_files: {
    everySeconds: 10 * MINUTE,
    about: 'lets go logs, artifacts and other files whose time is over, and uploads that no task told of',
    run: async (ctx, goOn) => ({ expired: await inBatches(goOn, 100, (size) => expireFiles(ctx, size)) }),
  },
  old_credentials: {
    everySeconds: HOUR,
    about:
      'deletes sessions and tokens that expired or were revoked long ago, and sign-in failures that no longer count',
    run: cleanUpCredentials,
  },
  task_samples: {
    everySeconds: 5,
    about: 'keeps what running tasks used and how far they were, more seldom the longer they run',
    run: async (ctx) => ({ kept: await sampleRunning(ctx) }),
  },
  old_bulk_jobs: {
    everySeconds: HOUR,
    about: 'deletes bulk jobs that ended 30 days ago, with their results',
    run: cleanUpBulk,
  },
  old_notices: {
    everySeconds: HOUR,
    about: 'deletes notices delivered 30 days ago, or given up 90 days ago',
    run: cleanUpNotices,
  },
} as const satisfies Jobs
export type JobName = keyof typeof JOBS
