import { may } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import type { Screen } from '#lib/core/saved-view'
import type { Prisma } from '#lib/db/client'
import type { Context, ReadContext } from '../context'

export type SavedView = {
  id: string
  screen: Screen
  name: string
  query: string
  shared: boolean
  owner: string
  own: boolean
  updatedAt: Date
}
/** So many views one account keeps for one screen. */
const MOST = 100
const OWNER = { include: { account: { select: { username: true } } } } as const
type Row = Prisma.SavedViewGetPayload<typeof OWNER>

function accountOf(ctx: ReadContext): string {
  if (ctx.actor.kind !== 'account') throw new CroftError('unauthenticated', 'sign in first')
  return ctx.actor.accountId
}
const toView = (row: Row, accountId: string): SavedView => ({
  id: row.id,
  screen: row.screen as Screen,
  name: row.name,
  query: row.query,
  shared: row.shared,
  owner: row.account.username,
  own: row.accountId === accountId,
  updatedAt: row.updatedAt,
})

/** The views of a screen that this account can use, its own first. */
export async function listViews(ctx: ReadContext, screen: Screen): Promise<SavedView[]> {
  const accountId = accountOf(ctx)
  const rows = await ctx.db.savedView.findMany({
    where: { screen, OR: [{ accountId }, { shared: true, account: { deletedAt: null } }] },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
    take: 500,
    ...OWNER,
  })
  const views = rows.map((row) => toView(row, accountId))
  return [...views.filter(({ own }) => own), ...views.filter(({ own }) => !own)]
}

/** @throws CroftError forbidden when it may not share; conflict when it has too many */
export async function saveView(
  ctx: Context,
  input: { screen: Screen; name: string; query: string; shared: boolean },
): Promise<SavedView> {
  const accountId = accountOf(ctx)
  if (input.shared && !may(ctx.actor, 'requests.create') && !may(ctx.actor, 'schedules.update'))
    throw new CroftError(
      'forbidden',
      'a shared view is shown to everybody: that needs requests.create or schedules.update; save it for yourself',
    )
  const { screen, name } = input
  const others = await ctx.db.savedView.count({ where: { accountId, screen, NOT: { name } } })
  if (others >= MOST)
    throw new CroftError('conflict', `you have ${MOST} views of this screen already: delete one that you do not need`)
  const change = { query: input.query, shared: input.shared, updatedAt: ctx.now() }
  const row = await ctx.db.savedView.upsert({
    where: { accountId_screen_name: { accountId, screen, name } },
    create: { accountId, screen, name, createdAt: ctx.now(), ...change },
    update: change,
    ...OWNER,
  })
  return toView(row, accountId)
}

/** @throws CroftError not_found, also for what others keep for themselves; forbidden for what others share */
export async function deleteView(ctx: Context, id: string): Promise<void> {
  const accountId = accountOf(ctx)
  const row = await ctx.db.savedView.findUnique({ where: { id } })
  if (row === null || (row.accountId !== accountId && !row.shared))
    throw new CroftError('not_found', `there is no view ${id}`)
  if (row.accountId !== accountId && !may(ctx.actor, 'users.update'))
    throw new CroftError('forbidden', 'this view belongs to somebody else: ask its owner, or an administrator')
  await ctx.db.savedView.delete({ where: { id } })
}
