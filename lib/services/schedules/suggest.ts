import { CATEGORIES, PLATFORMS_V2, WAREHOUSE_PATHS_V2 } from '#lib/core/catalogue'
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

/** Values that forms offer: those that are known, and those that schedules have already. */
export async function suggestions(ctx: ReadContext): Promise<Suggestions> {
  const [used] = await ctx.db.$queryRaw<{ categories: string[]; platforms: string[]; paths: string[] }[]>`
    SELECT array_agg(DISTINCT category) AS categories, array_agg(DISTINCT platform) FILTER (WHERE platform IS NOT NULL) AS platforms,
      array_agg(DISTINCT config ->> 'warehousePath') FILTER (WHERE config ->> 'warehousePath' IS NOT NULL) AS paths
    FROM schedule`
  return {
    categories: united(CATEGORIES, used?.categories ?? []),
    tags: await tagsInUse(ctx),
    languages: await languagesInUse(ctx),
    platforms: united(PLATFORMS_V2, used?.platforms ?? []),
    contexts: await contextsInUse(ctx),
    warehousePaths: united(WAREHOUSE_PATHS_V2, used?.paths ?? []),
  }
}
