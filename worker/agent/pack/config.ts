import { z } from 'zod'
import { checkParams } from '#lib/core/params'
import { zimwriterfs } from '#lib/core/task-types/zimwriterfs'
import { PackFailure } from './failure'

/**
 * What the agent writes for the program. `farm` is there for sources that were uploaded; the file has mode 600.
 * `limits`: bytes of the download and of what it unpacks to, number of files, threads of zimwriterfs.
 */
export const packConfig = z.object({
  params: z.record(z.string(), z.unknown()),
  period: z.string().regex(/^\d{4}-\d{2}$/),
  builtin: z.record(z.string(), z.string()),
  farm: z.object({ url: z.string(), token: z.string() }).nullable(),
  limits: z.object({ bytes: z.number(), files: z.number(), threads: z.number().int().min(1) }),
})
export type PackConfig = z.infer<typeof packConfig>

const text = z.string().trim()
const optional = text.optional().transform((value) => value || undefined)
const or = (fallback: string) => optional.transform((value) => value ?? fallback)

const packParams = z.object({
  source: text,
  name: text,
  title: text,
  description: text,
  'long-description': optional,
  language: text,
  creator: text,
  publisher: or('Croft'),
  welcome: or('index.html'),
  illustration: optional,
  tags: optional,
  flavour: optional,
  'source-url': optional,
  'zim-file': optional,
  strict: z.boolean().default(false),
})
export type PackParams = z.infer<typeof packParams>

/** The parameters, by the rules of the task type. @throws PackFailure bad_input */
export function readParams(params: Record<string, unknown>): PackParams {
  const errors = checkParams(zimwriterfs, params, { relaxed: false })
  const complaints = Object.entries(errors).map(([key, found]) => `${key} ${found.join(' and ')}`)
  if (complaints.length > 0) throw new PackFailure('bad_input', complaints.join('; '))
  return packParams.parse(params)
}
