import { may, scopeOf } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { json } from '#lib/db/client'
import { accountByName, isSelf } from '../accounts/manage'
import { addToken, tokensOf, type TokenView } from '../accounts/tokens'
import { demand, transaction, type Context, type ReadContext, type TxContext } from '../context'
import { appendEvent } from '../events/append'
import { keysOf, type KeyRow } from '../keys/manage'
import { mayRun } from './configure'

export type Enrolment = { worker: string; owner: string; token: string; endsAt: Date }

/**
 * Lets a machine in as a worker of this name: makes a token with an end that speaks for that worker alone, and where it is needed the account that
 * owns the worker. The token is shown this once. For a worker that is known already it makes one more token.
 * @throws CroftError forbidden; conflict when the name is that of another's worker or account
 */
export async function enrolWorker(
  ctx: Context,
  input: { name: string; owner: string | null; endsAt: Date },
): Promise<Enrolment> {
  const { name, endsAt } = input
  return transaction(ctx, async (tx) => {
    const known = await tx.db.worker.findUnique({
      where: { name },
      select: { id: true, deletedAt: true, account: true },
    })
    if (known !== null && known.deletedAt !== null)
      throw new CroftError('conflict', `${name} is the name of a deleted worker: choose another`, {
        name: ['is taken'],
      })
    const account = known?.account ?? (await ownerFor(tx, name, input.owner))
    if (!mayRun(tx, account.id)) demand(tx, 'workers.create')
    if (account.role === 'admin' && !isSelf(tx, account.username))
      throw new CroftError('forbidden', 'only the administrator himself may enrol a worker of his own account')
    const { token } = await addToken(tx, account, {
      name: `worker ${name}`,
      expiresAt: endsAt,
      scope: scopeOf('worker'),
      worker: name,
    })
    await appendEvent(tx, {
      kind: 'worker.enrolled',
      workerId: known?.id,
      data: { name, owner: account.username, until: endsAt.toISOString() },
    })
    return { worker: name, owner: account.username, token, endsAt }
  })
}

async function ownerFor(tx: TxContext, name: string, owner: string | null) {
  if (owner !== null) {
    const account = await accountByName(tx, owner)
    return account
  }
  demand(tx, 'workers.create')
  const taken = await tx.db.account.findUnique({ where: { username: name } })
  if (taken !== null) {
    if (taken.role === 'worker' && taken.deletedAt === null) return taken
    throw new CroftError('conflict', `${name} is the name of an account: choose another, or say who owns the worker`, {
      name: ['is taken'],
    })
  }
  const now = tx.now()
  const account = await tx.db.account.create({
    data: {
      username: name,
      displayName: name,
      role: 'worker',
      scope: json(scopeOf('worker')) as object,
      createdAt: now,
      updatedAt: now,
    },
  })
  await appendEvent(tx, { kind: 'account.created', data: { username: name, role: 'worker' } })
  return account
}

/** The credentials with which a worker signs in: its own tokens, and the keys of its account. */
export type WorkerCredentials = {
  owner: string
  tokens: TokenView[]
  keys: Pick<KeyRow, 'name' | 'type' | 'sha256' | 'addedAt'>[]
}

/** @throws CroftError not_found; forbidden for those who neither own the worker nor may manage keys */
export async function workerCredentials(ctx: ReadContext, name: string): Promise<WorkerCredentials> {
  const row = await ctx.db.worker.findFirst({
    where: { name, deletedAt: null },
    select: { account: { select: { id: true, username: true } } },
  })
  if (row === null) throw new CroftError('not_found', `there is no worker ${name}`)
  const { account } = row
  if (!isSelf(ctx, account.username) && !may(ctx.actor, 'workers.update')) demand(ctx, 'workers.ssh_keys')
  const [tokens, keys] = await Promise.all([tokensOf(ctx, account.id), keysOf(ctx, account.id)])
  return {
    owner: account.username,
    tokens: tokens.filter((token) => token.worker === null || token.worker === name),
    keys: keys.map(({ name: called, type, sha256, addedAt }) => ({ name: called, type, sha256, addedAt })),
  }
}

/** Ends a token of a worker, for its owner and those who may change workers. @throws CroftError not_found; forbidden */
export async function endWorkerToken(ctx: Context, name: string, tokenId: string): Promise<void> {
  await transaction(ctx, async (tx) => {
    const row = await tx.db.worker.findFirst({
      where: { name, deletedAt: null },
      select: { id: true, accountId: true },
    })
    if (row === null) throw new CroftError('not_found', `there is no worker ${name}`)
    if (!mayRun(tx, row.accountId)) demand(tx, 'workers.update')
    const { count } = await tx.db.apiToken.updateMany({
      where: { id: tokenId, accountId: row.accountId, workerName: name, revokedAt: null },
      data: { revokedAt: tx.now() },
    })
    if (count === 0) throw new CroftError('not_found', `${name} has no such token of its own, or it has ended already`)
    await appendEvent(tx, { kind: 'worker.token_ended', workerId: row.id, data: { name } })
  })
}

/** The command that starts the agent on a machine: it fetches the agent from the farm and runs it in a folder of its own. */
export function agentCommand(farm: string, { worker, token }: Pick<Enrolment, 'worker' | 'token'>): string {
  const url = farm.replace(/\/+$/, '')
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  return [
    'mkdir -p croft-agent && cd croft-agent',
    `curl -fsS -o croft-agent.mjs ${quoted(`${url}/api/farm/agent`)}`,
    [
      `CROFT_URL=${quoted(url)}`,
      `CROFT_AGENT_NAME=${quoted(worker)}`,
      `CROFT_AGENT_HOME=.`,
      `CROFT_TOKEN=${quoted(token)}`,
      'node croft-agent.mjs run',
    ].join(' '),
  ].join(' && ')
}
