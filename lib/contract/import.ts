import { z } from 'zod'
import { endpoint } from './endpoint'

const documents = z.array(z.unknown()).max(500).default([])

export const IMPORT_KINDS = ['account', 'definition', 'worker', 'schedule'] as const
export const IMPORT_OUTCOMES = ['created', 'updated', 'unchanged', 'kept', 'refused'] as const
export const importReport = z.object({
  items: z.array(
    z.object({
      kind: z.enum(IMPORT_KINDS),
      name: z.string(),
      outcome: z.enum(IMPORT_OUTCOMES).describe('kept: it is here already and differs; give `update` to overwrite it'),
      notes: z.array(z.string()).describe('what could not be taken, and why'),
    }),
  ),
})

export const importZimfarm = endpoint({
  method: 'POST',
  path: '/imports/zimfarm',
  tag: 'Imports',
  summary: "Take over schedules, definitions, workers and accounts from a Zimfarm's own documents",
  description:
    'Documents as GET /v1/schedules/backup/, /v1/workers/, /v1/users/ or their /v2 counterparts answer them. Sending them twice is sending them once. Accounts come without password; secrets that are masked are left out and the schedule is disabled.',
  access: 'schedules.create',
  body: z.strictObject({
    schedules: documents,
    workers: documents,
    accounts: documents,
    definitions: documents.describe('as GET /v2/offliners/{id}/{version}/spec answers them'),
    update: z.boolean().default(false).describe('overwrite schedules that differ'),
    dryRun: z.boolean().default(false).describe('only say what would happen'),
  }),
  response: importReport,
})
