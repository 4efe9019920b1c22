import { expect, it } from 'vitest'
import { choiceValue, type Field } from '../task-type'
import { DEVICES } from './devices'
import { TASK_TYPES } from './index'
import { ZIM_FILE } from './zim-file'

/**
 * zimfarm.md §12, in order: `name`, `*` required, `!` secret, then a type (none for text): u url, e email, b boolean, i integer,
 * f float, L long text, c colour, E enum, LE list of an enum; {…} the choices, = the only value, Z a ZIM file's name, ≤ ≥ .. limits.
 */
const FLAGS: Record<string, [number, string]> = {
  mwoffliner: [
    36,
    `
    mwUrl*:u adminEmail*:e articleList:u articleListToIgnore:u customMainPage customZimTitle:≤30
    customZimDescription:≤80 customZimLongDescription:L≤4000 customZimFavicon:u customZimTags
    customZimLanguage publisher filenamePrefix
    format:LE{nodet,nopic:mini|nodet:mini|nopic:nopic|novid:maxi||nodet|nopic|novid|nodet,nopic}
    customFlavour:E{/tmp/mwoffliner/extensions/wiktionary_fr.js} optimisationCacheUrl!:u addNamespaces
    getCategories:b keepEmptyParagraphs:b minifyHtml:b mwWikiPath mwActionApiPath mwRestApiPath mwModulePath
    mwDomain mwUsername mwPassword osTmpDir outputDirectory:=/output requestTimeout:i≥1 speed:f
    withoutZimFullTextIndex:b verbose:{info|log|warn|error|quiet} webp:b
    forceRender:{VisualEditor|WikimediaDesktop|WikimediaMobile|RestApi|ActionParse} insecure:b
    `,
  ],
  youtube: [
    27,
    `
    optimization-cache!:u api-key*! id* language name* zim-file:Z title:≤30 description:≤80
    long-description:L≤4000 creator publisher tags dateafter format:E{webm|mp4} low-quality:b
    use-any-optimized-version:b all-subtitles:b pagination:i profile:u banner:u main-color:c
    secondary-color:c debug:b concurrency:i output:=/output stats-filename:=/output/task_progress.json
    tmp-dir:=/output
    `,
  ],
  gutenberg: [
    14,
    `
    languages formats zim-title:≤30 zim-desc:≤80 books concurrency:i dlc:i one-language-one-zim:b no-index:b
    title-search:b bookshelves:b optimization-cache!:u --use-any-optimized-version:b publisher
    `,
  ],
  phet: [
    5,
    `
    includeLanguages excludeLanguages withoutLanguageVariants:b createMul:b mulOnly:b
    `,
  ],
  sotoki: [
    27,
    `
    domain* name title:≤30 description:≤80 favicon:u creator publisher tag without-images:b
    without-user-profiles:b without-user-identicons:b without-external-links:b without-unanswered:b
    without-users-links:b without-names:b censor-words-list:u output:=/output threads:i tmp-dir:=/output
    zim-file:Z optimization-cache!:u mirror:u stats-filename:=/output/task_progress.json
    redis-url:=unix:///var/run/redis.sock defrag-redis:=ENV:REDIS_PID debug:b keep-redis:b=true
    `,
  ],
  nautilus: [
    22,
    `
    archive:u collection:u name* pagination:i no-random:b show-description:b output:=/output zim-file:Z
    language locale title:≤30 description:≤80 creator publisher tags main-logo:u secondary-logo:u favicon:u
    main-color:c secondary-color:c about:u debug:b
    `,
  ],
  ted: [
    23,
    `
    topics playlists languages subtitles-enough:b subtitles format:E{webm|mp4} low-quality:b autoplay:b
    name* title:≤30 description:≤80 long-description:L≤4000 creator publisher tags optimization-cache!:u
    use-any-optimized-version:b output:=/output tmp-dir:=/output zim-file:Z debug:b threads:i≥1 locale
    `,
  ],
  openedx: [
    28,
    `
    course-url*:u email* password*! instance-login-page instance-course-page instance-course-prefix
    favicon-url:u ignore-missing-xblocks:b add-wiki:b add-forum:b remove-seq-nav:b format:E{webm|mp4}
    low-quality:b autoplay:b name* title:≤30 description:≤80 creator publisher tags optimization-cache!:u
    use-any-optimized-version:b output:=/output tmp-dir:=/output zim-file:Z debug:b threads:i≥1 locale
    `,
  ],
  zimit: [
    69,
    `
    seeds:u seedFile name* lang zim-lang title:≤30 description:≤80 long-description:L≤4000 favicon:u
    zim-file:Z tags creator publisher source workers:i waitUntil depth:i extraHops:i pageLimit:i
    max_page_limit:i pageLoadTimeout:i scopeType:E{page|page-spa|prefix|host|domain|any|custom}
    scopeIncludeRx scopeExcludeRx allowHashUrls:b mobileDevice:E{devices} selectLinks clickSelector
    blockRules blockMessage blockAds:b adBlockMessage userAgent userAgentSuffix useSitemap:u sitemapFromDate
    sitemapToDate behaviors behaviorTimeout:i postLoadDelay:i pageExtraDelay:i
    dedupPolicy:{skip|revisit|keep} screenshot sizeSoftLimit:i sizeHardLimit:i diskUtilization:i
    timeSoftLimit:i timeHardLimit:i netIdleWait:i originOverride maxPageRetries:i failOnFailedSeed:b
    failOnInvalidStatus:b failOnFailedLimit:i custom-css:u verbose:b keep:b output:=/output
    zimit-progress-file:=/output/task_progress.json replay-viewer-source:u adminEmail charsets-to-try
    ignore-content-header-charsets:b content-header-bytes-length:i ignore-http-header-charsets:b
    encoding-aliases profile custom-behaviors warcs
    `,
  ],
  kolibri: [
    23,
    `
    channel-id* root-id lang name* title:≤30 description:≤80 long-description:L≤4000 favicon:u css:u about:u
    creator publisher tags use-webm:b low-quality:b autoplay:b output:=/output tmp-dir:=/output zim-file:Z
    threads:i processes:i optimization-cache!:u debug:b
    `,
  ],
  wikihow: [
    23,
    `
    language* name title:≤30 description:≤80 icon:u creator publisher tag without-external-links:b
    without-videos:b exclude:u only:u low-quality:b output:=/output tmp-dir:=/output zim-file:Z
    optimization-cache!:u category stats-filename:=/output/task_progress.json debug:b
    missing-article-tolerance:i0..100 delay:f api-delay:f
    `,
  ],
  ifixit: [
    25,
    `
    language* name title:≤30 description:≤80 icon:u creator publisher tag output:=/output tmp-dir:=/output
    zim-file:Z optimization-cache!:u stats-filename:=/output/task_progress.json debug:b delay:f api-delay:f
    cdn-delay:f max-missing-items-percent:i1..100 max-error-items-percent:i1..100 category no-category:b
    guide no-guide:b info no-info:b
    `,
  ],
  freecodecamp: [
    12,
    `
    course* language*:E{eng|spa|deu|ita|jpn|por|ukr|swa} name* title*:≤30 description*:≤80
    long-description:L≤4000 creator publisher debug:b output:=/output zim-file:Z illustration:u
    `,
  ],
  devdocs: [
    14,
    `
    slug all:b skip-slug-regex file-name-format name-format title-format:≤30 description-format:≤80
    long-description-format:≤4000 logo-format tags creator publisher output:=/output debug:b
    `,
  ],
  mindtouch: [
    22,
    `
    library-url* creator* publisher file-name name* title*:≤30 description*:≤80 long-description:≤4000 tags
    secondary-color page-id-include page-title-include page-title-exclude root-page-id illustration-url
    optimization-cache! assets-workers:i debug:b bad-assets-regex bad-assets-threshold:i
    stats-filename:=/output/task_progress.json output:=/output
    `,
  ],
}

const LETTERS: Partial<Record<Field['type'], string>> = {
  url: 'u',
  email: 'e',
  boolean: 'b',
  integer: 'i',
  float: 'f',
  'long-text': 'L',
  color: 'c',
  enum: 'E',
}

function limits({ min, max, maxLength }: Field): string {
  if (maxLength !== undefined) return `≤${maxLength}`
  if (min !== undefined) return max === undefined ? `≥${min}` : `${min}..${max}`
  return ''
}

function choices(field: Field): string {
  if (field.frozen === true) return `=${String(field.default)}`
  const values = field.choices?.map(choiceValue)
  if (values === undefined) return ''
  if (values.length === 1 && field.type === 'text') return `=${values[0]}`
  return values === DEVICES || values.join('|') === DEVICES.join('|') ? '{devices}' : `{${values.join('|')}}`
}

function written(field: Field): string {
  const marks = `${field.key}${field.required === true ? '*' : ''}${field.secret === true ? '!' : ''}`
  const zim = field.pattern?.source === ZIM_FILE.pattern.source ? 'Z' : ''
  const letter = `${field.list === true ? 'L' : ''}${LETTERS[field.type] ?? ''}`
  const rest = `${letter}${zim}${choices(field)}${limits(field)}`
  return rest === '' ? marks : `${marks}:${rest}`
}

it.each(Object.entries(FLAGS))('%s has the flags that it has in Zimfarm, in their order', (id, [count, flags]) => {
  const fields = TASK_TYPES[id]?.fields ?? expect.fail('there is no such task type')
  expect(fields.map(written)).toEqual(flags.trim().split(/\s+/))
  expect(fields).toHaveLength(count)
})

it('offers Zimfarm’s offliners in their order, then Croft’s own', () => {
  const ids = Object.values(TASK_TYPES).flatMap(({ id, offliner }) => (offliner ? [id] : []))
  expect(ids).toEqual([...Object.keys(FLAGS), 'zimwriterfs'])
})

it('knows the 115 devices, each once', () => {
  expect([DEVICES.length, new Set(DEVICES).size]).toEqual([115, 115])
})

const ROWS = `
  mwoffliner mwoffliner outputDirectory -
  youtube youtube2zim output -
  gutenberg gutenberg2zim - -
  phet phet2zim - -
  sotoki sotoki output stats-filename
  nautilus nautiluszim output -
  ted ted2zim output -
  openedx openedx2zim output -
  zimit zimit output zimit-progress-file
  kolibri kolibri2zim output -
  wikihow wikihow2zim output stats-filename
  ifixit ifixit2zim output stats-filename
  freecodecamp fcc2zim output -
  devdocs devdocs2zim output -
  mindtouch mindtouch2zim output stats-filename`
it.each(
  ROWS.trim()
    .split('\n')
    .map((row) => row.trim().split(' ')),
)('%s runs %s and writes to --%s, its progress to --%s (zimfarm.md §11.1)', (id = '', executable, output, progress) => {
  const type = TASK_TYPES[id]
  expect([type?.executable, type?.outputParam ?? '-', type?.progressParam ?? '-', type?.image]).toEqual([
    executable,
    output,
    progress,
    `openzim/${id}`,
  ])
  expect(type?.mountPoint).toBe(id === 'phet' ? '/phet/dist' : '/output')
  expect(type?.minShm).toBe(id === 'zimit' ? 2 ** 30 : undefined)
  expect(type?.fields.find((field) => field.isPublisher)?.key).toBe(id === 'phet' ? undefined : 'publisher')
})
