import { randomBytes } from 'node:crypto'
import { BUILTIN_VERSION } from '#lib/core/task-type'
import { TASK_TYPES } from '#lib/core/task-types/index'
import { json } from '#lib/db/client'
import { createAccount } from '../accounts/create'
import { createApiToken } from '../accounts/tokens'
import { hashPassword } from '../accounts/password'
import type { Context } from '../context'
import { createSchedule } from '../schedules/create'

/** Writes the built-in task types into the database, as this version of Croft knows them. Safe to run twice. */
export async function writeTaskTypes(ctx: Context): Promise<void> {
  for (const [position, definition] of Object.values(TASK_TYPES).entries()) {
    const { id, title, description, executor, offliner, executable: command, image: dockerImage } = definition
    const { baseModel = 'DashModel' } = definition
    const row = {
      title,
      description,
      executor,
      offliner,
      position,
      command,
      dockerImage,
      baseModel,
      updatedAt: ctx.now(),
    }
    const key = { taskTypeId: id, version: BUILTIN_VERSION }
    await ctx.db.taskType.upsert({ where: { id }, create: { id, ...row }, update: row, select: { id: true } })
    const stored = await ctx.db.taskTypeVersion.findUnique({ where: { taskTypeId_version: key } })
    if (JSON.stringify(stored?.definition) === JSON.stringify(definition)) continue
    const version = { definition: json(definition) as object, updatedAt: ctx.now(), recheckAt: ctx.now() }
    await ctx.db.taskTypeVersion.upsert({
      where: { taskTypeId_version: key },
      create: { ...key, ...version },
      update: { ...version, recheckAfter: null },
      select: { taskTypeId: true },
    })
  }
  ctx.taskTypes.forget()
}

/**
 * Makes the first administrator where there is no living one; gives the one of this name, else the first. Gives the
 * password when it was made up here: the only time that it is known.
 */
export async function ensureAdministrator(
  ctx: Context,
  input: { username: string; password: string | null },
): Promise<{ username: string; password: string | null }> {
  const admins = await ctx.db.account.findMany({
    where: { role: 'admin', deletedAt: null },
    orderBy: { createdAt: 'asc' },
    select: { username: true },
  })
  const [known] = [...admins.filter(({ username }) => username === input.username), ...admins]
  if (known !== undefined) return { username: known.username, password: null }
  const password = input.password ?? randomBytes(12).toString('base64url')
  await createAccount(ctx, { username: input.username, password, email: null, role: 'admin' })
  return { username: input.username, password }
}

/** Gives the named administrator the password that the environment sets, so that an operator who lost it gets in again. */
export async function setAdministratorPassword(
  ctx: Context,
  input: { username: string; password: string },
): Promise<void> {
  await ctx.db.account.updateMany({
    where: { username: input.username, role: 'admin', deletedAt: null },
    data: { passwordHash: await hashPassword(input.password), updatedAt: ctx.now() },
  })
}

/** A fresh token for the agent that `npm start` runs on this machine; the account has no password. */
export async function localAgentToken(ctx: Context): Promise<string> {
  const username = 'local-agent'
  const known = await ctx.db.account.findUnique({ where: { username } })
  if (known === null) await createAccount(ctx, { username, password: null, email: null, role: 'worker' })
  const { token } = await createApiToken(ctx, { username, name: 'local agent', expiresAt: null })
  return token
}

/** The demo's books: sources that come with Croft, so that they can be packed without any network. */
const DEMO = [
  {
    name: 'croft-handbook',
    params: {
      source: 'builtin:handbook',
      name: 'croft_en_handbook',
      title: 'The Croft handbook',
      description: 'How to run a task farm: schedules, tasks, workers and the API',
      creator: 'The Croft authors',
    },
  },
  {
    name: 'nextjs-documentation',
    params: {
      source: 'builtin:nextjs',
      name: 'nextjs_en_docs',
      title: 'Next.js documentation',
      description: 'The documentation that ships with the Next.js package',
      creator: 'Vercel and contributors',
    },
  },
]

/** Schedules that run anywhere, so that a new farm has something to request. Written once: what a curator deletes stays deleted. */
export async function writeDemo(ctx: Context): Promise<void> {
  const written = await ctx.db.event.findFirst({ where: { kind: 'farm.demo_written' }, select: { id: true } })
  if (written !== null) return
  for (const { name, params } of DEMO) {
    if ((await ctx.db.schedule.findUnique({ where: { name }, select: { id: true } })) !== null) continue
    await createSchedule(ctx, {
      name,
      taskType: 'zimwriterfs',
      category: 'other',
      language: { code: 'eng', nameEn: 'English', nameNative: 'English' },
      tags: ['demo'],
      periodicity: 'manually',
      enabled: true,
      platform: null,
      resources: { cpu: 1, memory: 1024 ** 3, disk: 1024 ** 3 },
      config: {
        params: { ...params, language: 'eng', publisher: 'Croft' },
        image: null,
        warehousePath: '/other',
        monitor: false,
      },
      notification: null,
      notes: 'A demo: its source comes with Croft. Press Request and watch.',
    })
  }
  await ctx.db.event.create({
    data: { at: ctx.now(), kind: 'farm.demo_written', actor: 'croft' },
    select: { id: true },
  })
}

export const SYSTEM = { kind: 'system', username: 'croft' } as const
