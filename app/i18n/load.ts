import type { Locale } from '#lib/core/locale'

/** The files of texts in `messages/<locale>/`: a page ships `common`, `shell` and the areas that it names. */
export const AREAS = [
  'common',
  'shell',
  'pipeline',
  'task',
  'requester',
  'schedules',
  'editor',
  'workers',
  'dashboard',
  'admin',
  'docs',
] as const
export type Area = (typeof AREAS)[number]

/** The texts of some areas in one language. */
export async function load(locale: Locale, areas: readonly Area[]): Promise<Record<string, object>> {
  const files = areas.map(async (area) => {
    const file = (await import(`../../messages/${locale}/${area}.json`)) as { default: object }
    return [area, file.default] as const
  })
  return Object.fromEntries(await Promise.all(files))
}
