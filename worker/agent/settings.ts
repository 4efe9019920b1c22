import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { z } from 'zod'

const size = z.string().transform((value, ctx) => {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i.exec(value.trim())
  if (match?.[1] === undefined) {
    ctx.addIssue({ code: 'custom', message: 'must be bytes, or like 8GiB' })
    return z.NEVER
  }
  return Math.floor(Number(match[1]) * 1024 ** ' KMGT'.indexOf((match[2] || ' ').toUpperCase()))
})

const schema = z
  .object({
    CROFT_URL: z
      .string()
      .default('http://127.0.0.1:3000')
      .refine((value) => URL.canParse(value) && /^https?:/.test(value), 'must be an http or https address'),
    CROFT_TOKEN: z.string().min(1).optional(),
    CROFT_USERNAME: z.string().min(1).optional(),
    CROFT_PASSWORD: z.string().min(1).optional(),
    CROFT_AGENT_NAME: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{2,99}$/, 'must have 3 to 100 letters, digits, dots, hyphens or underscores')
      .default(
        hostname()
          .replace(/[^A-Za-z0-9._-]/g, '-')
          .replace(/^[^A-Za-z0-9]+/, '')
          .padEnd(3, '-0')
          .slice(0, 100),
      ),
    CROFT_AGENT_HOME: z
      .string()
      .default('croft-agent')
      .transform((path) => resolve(path)),
    CROFT_AGENT_CPUS: z.coerce.number().int().min(1, 'must be at least 1').optional(),
    CROFT_AGENT_MEMORY: size.optional(),
    CROFT_AGENT_DISK: size.optional(),
    CROFT_AGENT_SOURCES: z
      .string()
      .default('')
      .transform((value, ctx) => {
        const pairs = value
          .split(',')
          .filter(Boolean)
          .map((pair) => pair.split('='))
        if (pairs.every(([name, path]) => /^[a-z0-9-]+$/.test(name ?? '') && path !== undefined))
          return Object.fromEntries(pairs) as Record<string, string>
        ctx.addIssue({ code: 'custom', message: 'must be like handbook=/path/to/folder,other=/path' })
        return z.NEVER
      }),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  })
  .refine(
    (env) => env.CROFT_TOKEN !== undefined || (env.CROFT_USERNAME !== undefined && env.CROFT_PASSWORD !== undefined),
    {
      path: ['CROFT_TOKEN'],
      message: 'must be set (or CROFT_USERNAME and CROFT_PASSWORD): an API token of an account with the role worker',
    },
  )

export type AgentSettings = z.infer<typeof schema>

export class BadSettings extends Error {
  override readonly name = 'BadSettings'
}

/** Reads and checks the agent's environment. @throws BadSettings: one line, without the values */
export function readSettings(source: Record<string, string | undefined>): AgentSettings {
  const result = schema.safeParse(
    Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== '')),
  )
  if (result.success) return result.data
  throw new BadSettings(result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; '))
}
