import { CroftError } from '#lib/core/error'
import { accountActor, openSession, type AccountActor, type TokenFormat, type Tokens } from '../accounts/session'
import { countAttempt, giveBack, type Attempt } from '../accounts/attempts'
import { transaction, type Context, type ReadContext } from '../context'
import { appendEvent } from '../events/append'
import { verifies, type Scheme } from './verify'

/** How old a signed time may be, as both Zimfarms have it (zimfarm.md §2.4, §17.2). */
const OLDEST_SECONDS = 60
/**
 * How far ahead of ours a signer's clock may be. The originals take any time in the future, so that one signature of
 * a machine with a wrong clock would be a credential for years.
 */
const AHEAD_SECONDS = 15 * 60
/** ISO 8601 in UTC, with or without a fraction and a zone. */
const STAMP = String.raw`\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?`
const BEARER = new RegExp(String.raw`^(?<worker>.+)\.(?<stamp>${STAMP})\.(?<signature>[A-Za-z0-9+/]+={0,2})$`)
const MESSAGE = new RegExp(String.raw`^(?<who>[^:]+):(?<stamp>${STAMP})$`)

export type Holder = { username: string } | { worker: string }
type Signed = { holder: Holder; at: Date; message: Buffer; signature: Buffer; scheme: Scheme }

function timeOf(stamp: string): Date | null {
  const date = new Date(/(Z|[+-]\d{2}:?\d{2})$/.test(stamp) ? stamp : `${stamp}Z`)
  return Number.isNaN(date.getTime()) ? null : date
}

/** So many failures in 15 minutes for one name, or from one address. A worker whose clock is wrong comes again and again. */
const MOST_ATTEMPTS = 100
/** Failed signatures by worker in the minute: every request carries one, so they are counted in the process, and only failures. */
const failures = new Map<string, { n: number; until: number }>()
const MOST_FAILURES = 60
/** So many names are remembered. */
const MOST_NAMES = 10_000

/** Refuses a name in which too many signatures have just failed: looking at more of them costs time. */
function guard(worker: string, now: Date) {
  const at = now.getTime()
  const known = failures.get(worker)
  const row = known !== undefined && known.until > at ? known : { n: 0, until: at + 60_000 }
  if (row.n >= MOST_FAILURES)
    throw new CroftError('too_many_attempts', 'too many signatures of this worker failed: wait a minute and try again')
  return {
    failed() {
      if (failures.size >= MOST_NAMES) failures.clear()
      failures.set(worker, { ...row, n: (failures.get(worker) ?? row).n + 1 })
    },
  }
}

const refused = () => new CroftError('unauthenticated', 'no key of this account made the signature')

/** @throws CroftError unauthenticated, with what the farm's clock says */
function checkAge(ctx: ReadContext, at: Date): void {
  const now = ctx.now()
  const age = (now.getTime() - at.getTime()) / 1000
  if (age <= OLDEST_SECONDS && age >= -AHEAD_SECONDS) return
  const off = `${Math.abs(Math.round(age))} s ${age > 0 ? 'behind' : 'ahead of'}`
  throw new CroftError(
    'unauthenticated',
    `the signed time is ${off} the farm's (${now.toISOString()}): set the clock or sign again`,
  )
}

/**
 * Who signed: the account that owns the key, or the worker, named in the message. The signature says nothing of the
 * request, so whoever overhears one may use it again until its time is over: the protocol has no more than that.
 */
async function signer(ctx: ReadContext, { holder, at, message, signature, scheme }: Signed) {
  checkAge(ctx, at)
  const account = await ctx.db.account.findFirst({
    where:
      'username' in holder
        ? { username: holder.username, deletedAt: null, disabledAt: null }
        : { workers: { some: { name: holder.worker, deletedAt: null } }, deletedAt: null, disabledAt: null },
    include: { sshKeys: { select: { type: true, pem: true } } },
  })
  const key = account?.sshKeys.find((one) => verifies(scheme, one, message, signature))
  if (account === null || key === undefined) throw refused()
  return account
}

/**
 * Who calls with `WORKER.TIMESTAMP.SIGNATURE`: the worker's account (zimfarm.md §17.2). Null for a token of another
 * kind, e.g. a JWT.
 * @throws CroftError unauthenticated; too_many_attempts while signatures in the worker's name keep failing
 */
export async function actorOfWorkerSignature(ctx: ReadContext, bearer: string): Promise<AccountActor | null> {
  const { worker = '', stamp = '', signature = '' } = BEARER.exec(bearer)?.groups ?? {}
  const at = worker === '' ? null : timeOf(stamp)
  if (at === null) return null
  const limit = guard(worker, ctx.now())
  const account = await signer(ctx, {
    holder: { worker },
    at,
    message: Buffer.from(`${worker}.${stamp}`),
    signature: Buffer.from(signature, 'base64'),
    scheme: 'digest',
  }).catch((error: unknown) => {
    limit.failed()
    throw error
  })
  return accountActor(account, null)
}

/**
 * Opens a session for a signed `WHO:TIMESTAMP`. `who` is an account under v1 and a worker under v2 (zimfarm.md §2.4, §17.2).
 * @throws CroftError invalid when message or signature cannot be read; unauthenticated; too_many_attempts after 100 failures
 * for the name, or from the address, in 15 minutes
 */
export async function signInByKey(
  ctx: Context,
  input: {
    message: string
    signature: string
    scheme: Scheme
    who: 'account' | 'worker'
    format?: TokenFormat
    userAgent?: string | null
    ip?: string | null
  },
): Promise<Tokens> {
  const { who = '', stamp = '' } = MESSAGE.exec(input.message)?.groups ?? {}
  const at = who === '' ? null : timeOf(stamp)
  if (at === null) throw new CroftError('invalid', 'sign NAME:TIME, e.g. farm-1:2025-04-02T10:20:30.123456')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(input.signature)) throw new CroftError('invalid', 'the signature must be base64')
  const attempts: Attempt[] = [
    { key: `key ${input.who} ${who}`, limit: MOST_ATTEMPTS },
    ...(typeof input.ip !== 'string' ? [] : [{ key: `key ${input.ip}`, limit: MOST_ATTEMPTS }]),
  ]
  for (const attempt of attempts) await countAttempt(ctx, attempt)
  const account = await signer(ctx, {
    holder: input.who === 'account' ? { username: who } : { worker: who },
    at,
    message: Buffer.from(input.message),
    signature: Buffer.from(input.signature, 'base64'),
    scheme: input.scheme,
  })
  return transaction(ctx, async (tx) => {
    const tokens = await openSession(tx, account, {
      kind: 'zimfarm',
      format: input.format,
      userAgent: input.userAgent,
      ip: input.ip,
    })
    await giveBack(tx, attempts)
    await appendEvent({ ...tx, actor: tokens.actor }, { kind: 'account.signed_in', data: { kind: 'ssh' } })
    return tokens
  })
}
