import { resolve } from 'node:path'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { parseTargets } from './core/notice'
import { OCCASIONS, type Notification } from './core/schedule'

const port = z.coerce
  .number('must be a port, 1 to 65535')
  .int('must be a port')
  .min(1, 'must be a port')
  .max(65535, 'must be a port')
const TRUE = /^(true|1|yes|on)$/i
const FALSE = /^(false|0|no|off)$/i
const flag = z
  .string()
  .refine((value) => TRUE.test(value) || FALSE.test(value), 'must be true or false')
  .transform((value) => TRUE.test(value))
const onOff = z.enum(['on', 'off'], 'must be on or off')
const yesNo = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off', 'y', 'n'], 'must be true or false'))
  .transform((value) => ['true', '1', 'yes', 'on', 'y'].includes(value))
const names = z.string().transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
)
const cidrs = z.string().transform((value, ctx) => {
  const ranges = value
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  for (const range of ranges) {
    if (ipaddr.isValidCIDR(range)) continue
    ctx.addIssue({ code: 'custom', message: 'must be CIDR ranges with commas between them, e.g. 127.0.0.0/8,::1/128' })
    return z.NEVER
  }
  return ranges
})
const urlOf = (protocols: string[], example: string) =>
  z
    .string()
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
      `must be an address such as ${example}`,
    )
const s3 = urlOf(['http:', 'https:'], 'https://host/?keyId=…&secretAccessKey=…&bucketName=…').refine((value) => {
  const query = new URL(value).searchParams
  return ['keyId', 'secretAccessKey', 'bucketName'].every((key) => query.get(key))
}, 'must carry keyId, secretAccessKey and bucketName, as in https://host/?keyId=…&secretAccessKey=…&bucketName=…')

/** Every setting of Croft, in one place. An empty value counts as none. */
export const schema = z.object({
  PORT: port.default(3000),
  HOST: z.string().default('127.0.0.1'),
  CROFT_HOME: z
    .string()
    .default('.croft')
    .transform((path) => resolve(path)),
  CROFT_URL: urlOf(['http:', 'https:'], 'https://farm.example.org').optional(),
  CROFT_ADMIN_USERNAME: z.string().trim().min(1).max(200).default('admin'),
  CROFT_ADMIN_PASSWORD: z.string().min(8, 'must have at least 8 characters').optional(),
  CROFT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  DATABASE_URL: urlOf(['postgres:', 'postgresql:'], 'postgresql://user:password@host:5432/croft').optional(),
  REDIS_URL: urlOf(['redis:', 'rediss:'], 'redis://host:6379').optional(),
  S3_URL: s3.optional(),
  CROFT_NOTICE_ALLOW: cidrs.default([]),
  CROFT_ACTIONS: z.string().optional(),
  CROFT_AGENT: onOff.default('on'),
  CROFT_DEMO: onOff.default('on'),
  CROFT_SFTP_PORT: port.optional(),
  CROFT_SFTP_HOST: z.string().optional(),
  CROFT_TRUSTED_PROXIES: z.coerce
    .number('must be a whole number')
    .int('must be a whole number')
    .min(0, 'must be 0 or more')
    .max(20, 'must be 20 or fewer')
    .default(0),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  DOCKER_REGISTRY: z.string().default('ghcr.io'),
  IMAGE_REGISTRY_URL: urlOf(['http:', 'https:'], 'https://ghcr.io').default('https://ghcr.io'),
  WORKER_IMAGE: z.string().default('openzim/zimfarm-worker-manager'),
  REQ_TIMEOUT_GHCR: z.coerce.number('must be a number of seconds').min(0.1).max(120).default(10),
  DISABLE_SCHEDULER: z.string().optional(),
  DEFAULT_PUBLISHER: z.string().optional(),
  ALLOWED_ORIGINS: names.transform((list) => list.map((origin) => origin.replace(/\/+$/, ''))).default([]),
  AUTH_MODES: names.pipe(z.array(z.enum(['local', 'oauth-oidc', 'oauth-session']))).default(['local']),
  OAUTH_ISSUER: z.string().optional(),
  OAUTH_JWKS_URI: urlOf(['http:', 'https:'], 'https://login.example.org/.well-known/jwks.json').optional(),
  OAUTH_AUDIENCE: names.default([]),
  CREATE_NEW_OAUTH_ACCOUNT: yesNo.default(false),
  ZIM_UPLOAD_URI: z.string().optional(),
  ZIM_EXPIRATION: z.coerce.number().int().min(0).default(0),
  ZIMCHECK_OPTION: z.string().default(''),
  DISABLE_WAREHOUSE_PATH: flag.default(false),
  BLOB_MAX_SIZE: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_400_000)
    .default(1024 * 1024),
  LOGS_UPLOAD_URI: z.string().optional(),
  LOGS_EXPIRATION: z.coerce.number().int().min(0).default(30),
  ARTIFACTS_UPLOAD_URI: z.string().optional(),
  ARTIFACTS_EXPIRATION: z.coerce.number().int().min(0).default(30),
  ZIM_DOWNLOAD_URL: urlOf(['http:', 'https:'], 'https://mirror.example.org/zim').optional(),
  MAILGUN_API_URL: urlOf(['http:', 'https:'], 'https://api.mailgun.net/v3/example.org').optional(),
  MAILGUN_API_KEY: z.string().optional(),
  MAILGUN_FROM: z.string().default('Croft <croft@localhost>'),
  SMTP_URL: urlOf(['smtp:', 'smtps:'], 'smtp://user:password@host:587').optional(),
  SLACK_URL: urlOf(['http:', 'https:'], 'https://hooks.slack.com/services/…').optional(),
  SLACK_USERNAME: z.string().default('croft'),
  SLACK_EMOJI: z.string().optional(),
  SLACK_ICON: z.string().optional(),
  HISTORY_TASK_PER_RECIPE: z.coerce.number('must be a whole number').int().min(1, 'must be 1 or more').default(10),
  SHOULD_REMOVE_OLD_TASKS: yesNo.default(false),
  OLD_TASKS_DAYS: z.coerce.number('must be a whole number').int().min(1, 'must be 1 or more').default(10),
  ZIMCHECK_RESULTS_UPLOAD_URI: z.string().optional(),
  ZIMCHECK_RESULTS_EXPIRATION: z.coerce.number().int().min(0).default(0),
  INFORM_CMS: z.string().optional(),
  CMS_ENDPOINT: urlOf(['http:', 'https:'], 'https://cms.example.org/v1/books/add').default(
    'https://api.cms.openzim.org/v1/books/add',
  ),
  CMS_BASE_URL: urlOf(['http:', 'https:'], 'https://cms.example.org/v1').optional(),
  CMS_ZIM_DOWNLOAD_URL: urlOf(['http:', 'https:'], 'https://mirror.example.org/zim').optional(),
  CMS_TOKEN: z.string().optional(),
})
export type Env = z.infer<typeof schema> & {
  /** Who is told of every task, by occasion (zimfarm.md §14.3). */
  globalNotification: Notification
  /** What was set but cannot be used, in words for the log. */
  warnings: string[]
  platformTotals: Record<string, number>
  platformPerWorker: Record<string, number>
  dockerRegistries: Record<string, string>
  /** Task type → whether its relaxed limits hold. */
  relaxedSchemas: Record<string, boolean>
}

/** A setting that cannot be used: one line for each, without the value, which may be secret. */
export class BadSettings extends Error {
  override readonly name = 'BadSettings'
}

/** Reads and checks the environment. @throws BadSettings */
export function readEnv(source: Record<string, string | undefined> = process.env): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''))
  const result = schema.safeParse(given)
  if (!result.success) {
    throw new BadSettings(result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; '))
  }
  if (result.data.DISABLE_WAREHOUSE_PATH && result.data.ZIMCHECK_OPTION === '') {
    throw new BadSettings('DISABLE_WAREHOUSE_PATH needs ZIMCHECK_OPTION, e.g. --all')
  }
  const { AUTH_MODES, OAUTH_ISSUER, OAUTH_JWKS_URI, OAUTH_AUDIENCE } = result.data
  if (AUTH_MODES.some((mode) => mode !== 'local')) {
    const lacks = Object.entries({ OAUTH_ISSUER, OAUTH_JWKS_URI, OAUTH_AUDIENCE }).flatMap(([name, value]) =>
      value === undefined || value.length === 0 ? [name] : [],
    )
    if (lacks.length > 0) throw new BadSettings(`AUTH_MODES ${AUTH_MODES.join(',')} needs ${lacks.join(', ')}`)
  }
  const numbers = (pattern: RegExp) =>
    Object.fromEntries(
      Object.entries(given).flatMap(([name, value]) => {
        const platform = pattern.exec(name)?.[1]
        if (platform === undefined) return []
        if (!/^\d{1,9}$/.test(value ?? '')) throw new BadSettings(`${name} must be a whole number, 0 or more`)
        return [[platform, Number(value)]]
      }),
    )
  const globalNotification: Notification = {}
  const warnings: string[] = []
  for (const occasion of OCCASIONS) {
    const name = `GLOBAL_NOTIFICATION_${occasion}`
    const { targets, unknown, bad } = parseTargets(given[name] ?? '')
    if (bad.length > 0) throw new BadSettings(`${name}: ${bad.join('; ')}`)
    for (const method of unknown) warnings.push(`${name}: there is no way ${method} to tell people; it is left out`)
    if (Object.keys(targets).length > 0) globalNotification[occasion] = targets
  }
  return {
    ...result.data,
    globalNotification,
    warnings,
    platformTotals: numbers(/^PLATFORM_(.+)_MAX_TASKS_TOTAL$/),
    platformPerWorker: numbers(/^PLATFORM_(.+)_MAX_TASKS_PER_WORKER$/),
    relaxedSchemas: Object.fromEntries(
      Object.entries(given).flatMap(([name, value]) => {
        const taskType = /^(.+)_USE_RELAXED_SCHEMA$/.exec(name)?.[1]
        if (taskType === undefined) return []
        const read = flag.safeParse(value)
        if (!read.success) throw new BadSettings(`${name} must be true or false`)
        return [[taskType.toLowerCase(), read.data]]
      }),
    ),
    dockerRegistries: Object.fromEntries(
      Object.entries(source).flatMap(([name, value]) => {
        const offliner = /^DOCKER_REGISTRY_(.+)$/.exec(name)?.[1]
        return offliner === undefined || value === undefined ? [] : [[offliner, value]]
      }),
    ),
  }
}
