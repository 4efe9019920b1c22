import { z } from 'zod'
import { endpoint } from './endpoint'
import { instant } from './shared'

export const listPeriodic = endpoint({
  method: 'GET',
  path: '/periodic',
  tag: 'Operation',
  summary: 'What the dispatchers do again and again: the last run of each job, and the next',
  access: 'signed_in',
  response: z.object({
    items: z.array(
      z.object({
        name: z.string(),
        about: z.string(),
        everySeconds: z.number(),
        running: z.boolean(),
        lastStartedAt: instant.nullable(),
        lastEndedAt: instant.nullable(),
        tookMs: z.number().nullable().describe('of the last run that ended'),
        did: z.record(z.string(), z.number()).describe('what the last run did, by name'),
        error: z.string().nullable().describe('why the last run failed'),
        runs: z.number().int(),
        failures: z.number().int(),
        nextAt: instant.nullable().describe('null until the first dispatcher has started'),
      }),
    ),
  }),
})
