import { CroftError } from '#lib/core/error'
import { languageName } from '#lib/core/languages'
import { BUILT_IN, complaintAbout, type ManagedKind } from '#lib/core/managed'
import { actorName, demand, transaction, type Context, type ReadContext } from '../context'
import { appendEvent } from '../events/append'
import { languagesInUse, tagsInUse } from '../schedules/search'

export type ManagedView = {
  value: string
  label: string
  native: string
  /** built_in and in_use ones cannot be removed: the one is always there, the other goes with its last schedule. */
  source: 'built_in' | 'added' | 'in_use'
  addedBy: string | null
  addedAt: Date | null
}

/** The values of a kind by their names: built in, added by somebody, and those that schedules have besides. */
export async function listManaged(ctx: ReadContext, kind: ManagedKind): Promise<ManagedView[]> {
  const [rows, used] = await Promise.all([ctx.db.managedValue.findMany({ where: { kind } }), inUse(ctx, kind)])
  const plain = { label: '', native: '', addedBy: null, addedAt: null }
  const all = new Map<string, ManagedView>()
  for (const one of used) all.set(one.value, { ...plain, ...one, source: 'in_use' })
  for (const { value, label, native, addedBy, addedAt } of rows)
    all.set(value, { value, label, native, addedBy, addedAt, source: 'added' })
  for (const value of BUILT_IN[kind]) all.set(value, { ...plain, value, source: 'built_in' })
  return [...all.values()].sort((a, b) => (a.value < b.value ? -1 : 1))
}

async function inUse(
  ctx: ReadContext,
  kind: ManagedKind,
): Promise<{ value: string; label?: string; native?: string }[]> {
  if (kind === 'tag') return (await tagsInUse(ctx)).map((value) => ({ value }))
  if (kind === 'language')
    return (await languagesInUse(ctx)).map(({ code, nameEn, nameNative }) => ({
      ...{ value: code, label: nameEn, native: nameNative },
    }))
  if (kind === 'category') {
    const rows = await ctx.db.schedule.groupBy({ by: ['category'], orderBy: { category: 'asc' } })
    return rows.map((row) => ({ value: row.category }))
  }
  return []
}

/** Adds a value, or says anew how it reads. @throws CroftError forbidden; invalid; conflict for one that is built in */
export async function addManaged(
  ctx: Context,
  kind: ManagedKind,
  input: { value: string; label?: string; native?: string },
): Promise<ManagedView> {
  demand(ctx, 'task_types.update')
  const { value } = input
  const complaint = complaintAbout(kind, value)
  if (complaint !== null) throw new CroftError('invalid', `${value} ${complaint}`, { value: [complaint] })
  if (BUILT_IN[kind].includes(value)) throw new CroftError('conflict', `${value} is there already: it is built in`)
  const label = input.label ?? (kind === 'language' ? (languageName(value) ?? value) : '')
  const native = input.native ?? (kind === 'language' ? label : '')
  return transaction(ctx, async (tx) => {
    const data = { label, native, addedBy: actorName(tx.actor), addedAt: tx.now() }
    await tx.db.managedValue.upsert({
      where: { kind_value: { kind, value } },
      create: { kind, value, ...data },
      update: data,
    })
    await appendEvent(tx, { kind: 'catalogue.value_added', data: { kind, value } })
    return { value, ...data, source: 'added' as const }
  })
}

/** Offers a value no longer; schedules that have it keep it. @throws CroftError forbidden; not_found */
export async function removeManaged(ctx: Context, kind: ManagedKind, value: string): Promise<void> {
  demand(ctx, 'task_types.update')
  await transaction(ctx, async (tx) => {
    const { count } = await tx.db.managedValue.deleteMany({ where: { kind, value } })
    if (count === 0) throw new CroftError('not_found', `nobody has added the ${kind.replace('_', ' ')} ${value}`)
    await appendEvent(tx, { kind: 'catalogue.value_removed', data: { kind, value } })
  })
}
