import { CATEGORIES, PLATFORMS_V2, WAREHOUSE_PATHS_V2 } from '#lib/core/catalogue'
import type { ManagedKind } from '#lib/core/managed'
import type { Language } from '#lib/core/schedule'
import type { ReadContext } from '../context'
import { contextsInUse, languagesInUse, tagsInUse } from './search'

export type Suggestions = {
  categories: string[]
  tags: string[]
  languages: Language[]
  platforms: string[]
  contexts: string[]
  warehousePaths: string[]
}

const united = (...lists: (readonly string[])[]) => [...new Set(lists.flat())].filter((text) => text !== '').sort()

/** Values that forms offer: those that are built in or were added, and those that schedules have already. */
export async function suggestions(ctx: ReadContext): Promise<Suggestions> {
  const [used] = await ctx.db.$queryRaw<{ categories: string[]; platforms: string[]; paths: string[] }[]>`
    SELECT array_agg(DISTINCT category) AS categories, array_agg(DISTINCT platform) FILTER (WHERE platform IS NOT NULL) AS platforms,
      array_agg(DISTINCT config ->> 'warehousePath') FILTER (WHERE config ->> 'warehousePath' IS NOT NULL) AS paths
    FROM schedule`
  const managed = await ctx.db.managedValue.findMany({ orderBy: { value: 'asc' } })
  const added = (kind: ManagedKind) => managed.flatMap((one) => (one.kind === kind ? [one.value] : []))
  const languages = new Map((await languagesInUse(ctx)).map((language) => [language.code, language]))
  for (const { kind, value: code, label: nameEn, native: nameNative } of managed)
    if (kind === 'language') languages.set(code, { code, nameEn, nameNative })
  return {
    categories: united(CATEGORIES, added('category'), used?.categories ?? []),
    tags: united(added('tag'), await tagsInUse(ctx)),
    languages: [...languages.values()],
    platforms: united(PLATFORMS_V2, used?.platforms ?? []),
    contexts: await contextsInUse(ctx),
    warehousePaths: united(WAREHOUSE_PATHS_V2, added('warehouse_path'), used?.paths ?? []),
  }
}
