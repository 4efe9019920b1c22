import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { UploadPlan } from '#lib/core/task-view'
import { bucketName } from '#lib/core/upload'
import { closeDb, openDb } from '#lib/db/client'
import { NO_LIMITS } from '#lib/core/matching'
import { readEnv, type Env } from '#lib/env'
import { createLog } from '#lib/log'
import { openQueues, type JobQueues } from '#lib/queue/connect'
import { folderStorage } from '#lib/storage/folder'
import { withBuckets } from '#lib/storage/buckets'
import { s3Storage } from '#lib/storage/s3'
import type { Context } from './context'
import { keepPresent } from './farm/presence'
import type { Settings } from './settings'
import { taskTypesOf } from './task-types/catalogue'

export type Runtime = {
  env: Env
  /** What every verb gets, but for who acts. */
  context: Omit<Context, 'actor'>
  log: Context['log']
  queues: JobQueues
  close: () => Promise<void>
}

/**
 * Where workers upload to (zimfarm.md §10.2). What is not set goes to the receiver that comes along, where it runs; else
 * to the address that Zimfarm itself takes then.
 */
export function uploadPlanOf(env: Env, publicUrl: string): UploadPlan {
  const host = env.CROFT_SFTP_HOST ?? new URL(publicUrl).hostname
  const own = (area: string) =>
    env.CROFT_SFTP_PORT === undefined ? null : `sftp://uploader@${host}:${env.CROFT_SFTP_PORT}/${area}`
  return {
    zim: {
      uploadUri: env.ZIM_UPLOAD_URI ?? own('zim') ?? 'sftp://uploader@localhost:1522/zim',
      expiration: env.ZIM_EXPIRATION,
      zimcheck: env.ZIMCHECK_OPTION,
      ...(env.DISABLE_WAREHOUSE_PATH && { disableWarehousePath: true }),
    },
    logs: {
      uploadUri: env.LOGS_UPLOAD_URI ?? own('logs') ?? 'sftp://uploader@localhost:1522/logs',
      expiration: env.LOGS_EXPIRATION,
    },
    artifacts: { uploadUri: env.ARTIFACTS_UPLOAD_URI ?? own('artifacts'), expiration: env.ARTIFACTS_EXPIRATION },
    check: {
      uploadUri: env.ZIMCHECK_RESULTS_UPLOAD_URI ?? own('check'),
      expiration: env.ZIMCHECK_RESULTS_EXPIRATION,
    },
  }
}

/**
 * The buckets that the farm and its workers have in common, by name, with the address to read them by. Workers reach
 * theirs by https; on the host of S3_URL the scheme is the one that stands there.
 */
export function bucketsOf(env: Env): Record<string, string> {
  const own = env.S3_URL === undefined ? null : new URL(env.S3_URL)
  const found: Record<string, string> = {}
  const add = (url: URL) => {
    const bucket = url.searchParams.get('bucketName')
    if (bucket !== null && bucket !== '') found[bucketName(url.host, bucket)] ??= url.toString()
  }
  if (own !== null) add(own)
  for (const uri of [
    env.ZIM_UPLOAD_URI,
    env.LOGS_UPLOAD_URI,
    env.ARTIFACTS_UPLOAD_URI,
    env.ZIMCHECK_RESULTS_UPLOAD_URI,
  ]) {
    const rest = uri === undefined ? undefined : /^s3:(\/\/.*)$/i.exec(uri)?.[1]
    if (rest === undefined || !URL.canParse(`https:${rest}`)) continue
    const host = new URL(`https:${rest}`).host
    add(new URL(`${own?.host === host ? own.protocol : 'https:'}${rest}`))
  }
  return found
}

function cmsOf(env: Env, publicUrl: string): Settings['cms'] {
  if (env.INFORM_CMS === undefined) return null
  const downloadUrl = (env.CMS_ZIM_DOWNLOAD_URL ?? publicUrl).replace(/\/+$/, '')
  const token = env.CMS_TOKEN ?? null
  return env.CMS_BASE_URL === undefined
    ? { way: 'v1', endpoint: env.CMS_ENDPOINT, downloadUrl, token }
    : { way: 'v2', endpoint: `${env.CMS_BASE_URL.replace(/\/+$/, '')}/zimfarm-notifications`, downloadUrl, token }
}

function identityOf(env: Env): Settings['identity'] {
  const { OAUTH_ISSUER: issuer, OAUTH_JWKS_URI: jwksUri, OAUTH_AUDIENCE: audience } = env
  if (!env.AUTH_MODES.some((mode) => mode !== 'local') || issuer === undefined || jwksUri === undefined) return null
  return { issuer, jwksUri, audience, createAccounts: env.CREATE_NEW_OAUTH_ACCOUNT }
}

export function settingsOf(env: Env, secret: string): Settings {
  const publicUrl = env.CROFT_URL ?? `http://${env.HOST}:${env.PORT}`
  return {
    secret,
    publicUrl,
    noticeAllow: env.CROFT_NOTICE_ALLOW,
    mailgun:
      env.MAILGUN_API_URL === undefined || env.MAILGUN_API_KEY === undefined
        ? null
        : { apiUrl: env.MAILGUN_API_URL, apiKey: env.MAILGUN_API_KEY, from: env.MAILGUN_FROM },
    smtp: env.SMTP_URL === undefined ? null : { url: env.SMTP_URL, from: env.MAILGUN_FROM },
    slack:
      env.SLACK_URL === undefined
        ? null
        : {
            url: env.SLACK_URL,
            username: env.SLACK_USERNAME,
            emoji: env.SLACK_EMOJI ?? null,
            icon: env.SLACK_ICON ?? null,
          },
    globalNotification: env.globalNotification,
    zimDownloadUrl: env.ZIM_DOWNLOAD_URL ?? null,
    historyPerSchedule: env.HISTORY_TASK_PER_RECIPE,
    oldTaskDays: env.SHOULD_REMOVE_OLD_TASKS ? env.OLD_TASKS_DAYS : null,
    policy: { ...NO_LIMITS, platformTotals: env.platformTotals, platformPerWorker: env.platformPerWorker },
    uploadPlan: uploadPlanOf(env, publicUrl),
    buckets: Object.keys(bucketsOf(env)),
    cms: cmsOf(env, publicUrl),
    dockerRegistry: (offliner) => env.dockerRegistries[offliner] ?? env.DOCKER_REGISTRY,
    defaultPublisher: env.DEFAULT_PUBLISHER ?? null,
    imageRegistry: { url: env.IMAGE_REGISTRY_URL, timeoutSeconds: env.REQ_TIMEOUT_GHCR },
    workerImage: env.WORKER_IMAGE,
    allowedOrigins: env.ALLOWED_ORIGINS,
    identity: identityOf(env),
    localSignIn: env.AUTH_MODES.includes('local'),
    schedulerOff: env.DISABLE_SCHEDULER !== undefined,
    relaxed: (taskType) => env.relaxedSchemas[taskType] ?? (taskType === 'zimit' || taskType === 'nautilus'),
    blobMaxSize: env.BLOB_MAX_SIZE,
    disableWarehousePath: env.DISABLE_WAREHOUSE_PATH,
  }
}

/** Opens the database, the queue and the storage that the environment names; nothing is contacted before the first use. */
export function openRuntime(env: Env, name: string): Runtime {
  const log = createLog(name, env.LOG_LEVEL)
  for (const warning of env.warnings) log.warn(warning)
  if (env.DATABASE_URL === undefined)
    throw new Error('DATABASE_URL is not set: start Croft with npm start, which sets it')
  const db = openDb(env.DATABASE_URL, 20)
  const backend =
    env.REDIS_URL === undefined
      ? ({ kind: 'postgres', url: env.DATABASE_URL } as const)
      : ({ kind: 'redis', url: env.REDIS_URL } as const)
  const queues = openQueues(backend, log)
  const secret = env.CROFT_SECRET ?? readFileSync(join(env.CROFT_HOME, 'secret'), 'utf8').trim()
  return {
    env,
    log,
    queues,
    context: {
      now: () => new Date(),
      db,
      enqueue: queues.enqueue,
      storage: withBuckets(
        env.S3_URL === undefined ? folderStorage(join(env.CROFT_HOME, 'files')) : s3Storage(env.S3_URL),
        bucketsOf(env),
      ),
      settings: settingsOf(env, secret),
      taskTypes: taskTypesOf(db),
      log,
    },
    close: async () => {
      await queues.close()
      await closeDb(db)
    },
  }
}

const shared = globalThis as typeof globalThis & { croftRuntime?: Promise<Runtime> }

async function openWeb(): Promise<Runtime> {
  const opened = openRuntime(readEnv(), 'web')
  await keepPresent({ ...opened.context, actor: { kind: 'system', username: 'web' } })
  return opened
}

/** The web process's runtime, opened at the first request and kept for all later ones. */
export function runtime(): Promise<Runtime> {
  shared.croftRuntime ??= openWeb()
  return shared.croftRuntime
}

/** For tests: gives the routes a runtime of their own. */
export function useRuntime(replacement: Runtime | undefined): void {
  shared.croftRuntime = replacement === undefined ? undefined : Promise.resolve(replacement)
}
