import { z } from 'zod'
import { progress } from '#lib/contract/task'
import type { RemoteReport } from '#lib/services/tasks/remote-report'

/** Events that both Zimfarms accept. */
export const EVENTS = [
  'started',
  'scraper_started',
  'scraper_completed',
  'scraper_killed',
  'cancel_requested',
  'canceled',
  'succeeded',
  'failed',
  'created_file',
  'uploaded_file',
  'failed_file',
  'checked_file',
  'scraper_running',
  'update',
] as const
/** Events that only the newer one knows (zimfarm.md §19.5). */
export const NEWER_EVENTS = ['canceling', 'check_results_uploaded'] as const

// What each event's payload holds (zimfarm.md §10.5). Other keys are left out of account, as the original does.
/** No NUL character is kept, however deep it stands. */
function withoutNul(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\u0000', '')
  if (Array.isArray(value)) return value.map(withoutNul)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [String(withoutNul(key)), withoutNul(inner)]))
}
const text = z.string()
const optional = text.nullish().transform((value) => value ?? null)
const stamp = z
  .union([z.string(), z.number()])
  .transform(
    (value) =>
      new Date(typeof value === 'number' ? value * 1000 : /(Z|[+-]\d{2}:?\d{2})$/.test(value) ? value : `${value}Z`),
  )
  .refine((date) => date.getUTCFullYear() >= 1970 && date.getUTCFullYear() <= 9999, 'Not a valid time.')
  .optional()
const whole = z.preprocess((value) => {
  if (typeof value !== 'object' || value === null) return value
  const { overall, partial_zim, ...rest } = value as { overall?: unknown; partial_zim?: unknown }
  return {
    ...(typeof partial_zim === 'boolean' && { partialZim: partial_zim }),
    ...rest,
    overall: typeof overall === 'number' ? Math.max(0, Math.min(100, Math.floor(overall))) : overall,
  }
}, progress)
const output = z.object({
  stdout: optional,
  stderr: optional,
  progress: whole.nullish().catch(null),
  stats: z.record(z.string(), z.unknown()).nullish(),
})
const filename = text.pipe(z.string().min(1).max(255))
const at = z.object({ timestamp: stamp })

type Wire = { event: (typeof EVENTS)[number] | (typeof NEWER_EVENTS)[number]; payload: Record<string, unknown> }
/** Checks a body and refuses it as the door does. */
type Check = <T extends z.ZodType>(schema: T, value: unknown) => z.output<T>

/** A worker's event in our words. */
export function toReport(wire: Wire, username: string, check: Check): RemoteReport {
  const { event: name } = wire
  const payload = withoutNul(wire.payload) as Wire['payload']
  const read = <T extends z.ZodType>(schema: T): z.output<T> => {
    const whole: z.ZodType<{ payload: z.output<T> }> = z.object({ payload: schema }) as never
    return check(whole, { payload }).payload
  }
  const { timestamp } = read(at)
  const when = timestamp === undefined ? {} : { at: timestamp }
  switch (name) {
    case 'started':
      return { kind: 'start', ...when }
    case 'scraper_started': {
      const told = read(
        z.object({ image: optional, command: z.union([z.array(text), text.transform((line) => [line])]).nullish() }),
      )
      return { kind: 'stage', stage: 'running', image: told.image, command: told.command ?? null, ...when }
    }
    case 'scraper_running':
      return { kind: 'output', output: read(output), ...when }
    case 'scraper_completed': {
      const told = read(output.extend({ exit_code: z.number().int().nullish() }))
      return { kind: 'stage', stage: 'uploading', exitCode: told.exit_code ?? null, output: told, ...when }
    }
    case 'scraper_killed':
      return { kind: 'stage', stage: 'killing', timeout: payload.timeout ?? null, ...when }
    case 'canceling':
      return { kind: 'stage', stage: 'canceling', ...when }
    case 'succeeded':
      return { kind: 'succeeded', ...read(z.object({ log: optional })), ...when }
    case 'failed': {
      const told = read(z.object({ exception: optional, traceback: optional, log: optional }))
      return {
        kind: 'failed',
        reasonCode: told.exception === null ? 'exit_code' : 'agent_error',
        reasonText: told.exception ?? '',
        ...told,
        ...when,
      }
    }
    case 'canceled': {
      const told = read(z.object({ canceled_by: optional, log: optional }))
      return { kind: 'canceled', canceledBy: told.canceled_by ?? username, log: told.log, ...when }
    }
    case 'cancel_requested':
      return { kind: 'wish', canceledBy: read(z.object({ canceled_by: optional })).canceled_by ?? username, ...when }
    case 'created_file': {
      const { file } = read(
        z.object({
          file: z.object({
            name: filename,
            size: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
            info: z.record(z.string(), z.unknown()).nullish(),
          }),
        }),
      )
      return { kind: 'file', status: 'created', ...file, ...when }
    }
    case 'uploaded_file':
      return { kind: 'file', status: 'uploaded', name: read(z.object({ filename })).filename, ...when }
    case 'failed_file':
      return { kind: 'file', status: 'failed', name: read(z.object({ filename })).filename, ...when }
    case 'checked_file': {
      const told = read(
        z.object({
          filename,
          result: z.number().int(),
          log: optional,
          details: z.unknown().optional(),
          info: z.unknown().optional(),
        }),
      )
      return {
        kind: 'check',
        name: told.filename,
        check: { result: told.result, log: told.log, details: told.details, info: told.info },
        ...when,
      }
    }
    case 'check_results_uploaded': {
      const told = read(z.object({ filename, check_filename: filename }))
      return { kind: 'check_kept', name: told.filename, checkFile: told.check_filename, ...when }
    }
    case 'update': {
      const told = read(z.object({ log: text.nullish(), artifacts: text.nullish() }))
      return { kind: 'kept', logFile: told.log ?? undefined, artifactFile: told.artifacts ?? undefined, ...when }
    }
  }
}
