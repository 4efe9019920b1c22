import { z } from 'zod'

/** What a job carries: ids only. The rows say what is to be done; a job may come twice, late or never. */
export const QUEUES = {
  /** Deliver one notice. */
  notice: z.object({ noticeId: z.uuid() }),
  /** Run one task in the dispatcher. */
  in_process: z.object({ taskId: z.uuid() }),
  /** Go on with one bulk job. */
  bulk: z.object({ bulkId: z.uuid() }),
} as const
export type QueueName = keyof typeof QUEUES
export type Payload<Q extends QueueName> = z.infer<(typeof QUEUES)[Q]>
export type Job = { [Q in QueueName]: { queue: Q; payload: Payload<Q> } }[QueueName]
export type Enqueue = (job: Job) => Promise<void>
