import { CATEGORIES, WAREHOUSE_PATHS_V2 } from './catalogue'

/** Values that forms offer and administrators look after. */
export const MANAGED_KINDS = ['language', 'tag', 'category', 'warehouse_path'] as const
export type ManagedKind = (typeof MANAGED_KINDS)[number]

/** Values that are always there: those that Zimfarm's clients know (zimfarm.md §5.9). */
export const BUILT_IN: Record<ManagedKind, readonly string[]> = {
  language: [],
  tag: [],
  category: CATEGORIES,
  warehouse_path: WAREHOUSE_PATHS_V2.filter((path) => path !== ''),
}

/** What is wrong with a value; null for nothing. */
export function complaintAbout(kind: ManagedKind, value: string): string | null {
  if (kind === 'language')
    return /^[a-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(value) ? null : 'must be a language code, e.g. fra or zh-Hant'
  if (kind === 'warehouse_path')
    return /^(\/[A-Za-z0-9._-]+)+$/.test(value) && !/\/\.\.?(\/|$)/.test(value)
      ? null
      : 'must be a path such as /videos, of letters, digits, dots, hyphens and underscores'
  return /^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._:/-]{0,99}$/u.test(value)
    ? null
    : 'must begin with a letter or digit and have at most 100 letters, digits, spaces or . _ : / -'
}
