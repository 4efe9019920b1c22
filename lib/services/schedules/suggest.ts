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
  // From value to value of the index: there are few categories, and many schedules of each.
  const categories = await ctx.db.$queryRaw<{ value: string }[]>`
    WITH RECURSIVE used AS (
      (SELECT category AS value FROM schedule ORDER BY category LIMIT 1)
      UNION ALL
      SELECT (SELECT category FROM schedule WHERE category > used.value ORDER BY category LIMIT 1) FROM used
      WHERE used.value IS NOT NULL
    ) SELECT value FROM used WHERE value IS NOT NULL`
  const platforms = await ctx.db.$queryRaw<{ value: string }[]>`
    SELECT DISTINCT platform AS value FROM schedule WHERE platform IS NOT NULL`
  const values = (rows: { value: string }[]) => rows.map(({ value }) => value)
  const managed = await ctx.db.managedValue.findMany({ orderBy: { value: 'asc' } })
  const added = (kind: ManagedKind) => managed.flatMap((one) => (one.kind === kind ? [one.value] : []))
  const languages = new Map((await languagesInUse(ctx)).map((language) => [language.code, language]))
  for (const { kind, value: code, label: nameEn, native: nameNative } of managed)
    if (kind === 'language') languages.set(code, { code, nameEn, nameNative })
  return {
    categories: united(CATEGORIES, added('category'), values(categories)),
    tags: united(added('tag'), await tagsInUse(ctx)),
    languages: [...languages.values()],
    platforms: united(PLATFORMS_V2, values(platforms)),
    contexts: await contextsInUse(ctx),
    warehousePaths: united(WAREHOUSE_PATHS_V2, added('warehouse_path')),
  }
}
