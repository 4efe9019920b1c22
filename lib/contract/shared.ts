import { z } from 'zod'
import { ERROR_CODES } from '#lib/core/error'

export const noNul = (text: string) => !text.includes('\u0000')
/** Text of 1 to `max` characters without NUL and without white space around it. */
export const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max, `must not be longer than ${max} characters`)
    .refine(noNul, 'must not hold a NUL character')
export const name = text(200)
export const id = z.uuid('must be an id (UUID)')
export const instant = z.iso.datetime({ offset: true })
const bytes = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

export const resources = z.object({
  cpu: z.number().int().min(0).max(10_000).describe('whole cores'),
  memory: bytes.describe('bytes'),
  disk: bytes.describe('bytes'),
})

/** Lists page by key: give `next` back as `after`. */
export const pageQuery = z.object({
  after: z.string().max(500).optional().describe('the `next` of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable().describe('null on the last page') })

/** A query parameter that may be repeated. */
export const repeated = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(item).max(200).optional(),
  )

/** Complaints by field path. */
export const fieldErrors = z.record(z.string(), z.array(z.string()))

export const errorBody = z.object({
  error: z.object({
    code: z.enum(ERROR_CODES),
    message: z.string().describe('what is wrong and what to do'),
    fields: fieldErrors.optional().describe('complaints by field path'),
    requestId: z.string().optional(),
  }),
})
export type ErrorBody = z.infer<typeof errorBody>
