/** Zimfarm's value lists (zimfarm.md §5.9). */
export const CATEGORIES = [
  'gutenberg',
  'other',
  'phet',
  'psiram',
  'stack_exchange',
  'ted',
  'openedx',
  'vikidia',
  'wikibooks',
  'wikihow',
  'wikinews',
  'wikipedia',
  'wikiquote',
  'wikisource',
  'wikispecies',
  'wikiversity',
  'wikivoyage',
  'wiktionary',
  'ifixit',
  'freecodecamp',
  'devdocs',
  'mindtouch',
] as const
export const WAREHOUSE_PATHS: readonly string[] = [
  ...CATEGORIES.filter((name) => name !== 'wikispecies').map((name) => (name === 'openedx' ? '/mooc' : `/${name}`)),
  '/videos',
  '/zimit',
  '/libretexts',
  ...['dev', 'private', 'endless', 'bard', 'bsf', 'datacup', 'custom_apps'].map((name) => `/.hidden/${name}`),
]
export const PLATFORMS = [
  'wikimedia',
  'youtube',
  'wikihow',
  'ifixit',
  'ted',
  'devdocs',
  'shamela',
  'libretexts',
  'phet',
] as const
/** What the newer Zimfarm has besides (zimfarm.md §18.1). */
export const WAREHOUSE_PATHS_V2: readonly string[] = [...WAREHOUSE_PATHS, '/maps', '']
export const PLATFORMS_V2 = [...PLATFORMS, 'gutenberg', 'maps'] as const
