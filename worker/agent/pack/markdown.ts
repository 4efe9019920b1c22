import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { Marked, type Tokens } from 'marked'
import { filesBelow, isMarkdown } from './site'

type Page = { source: string; path: string; key: string; title: string }
/** What pages may point to: other pages by their keys, pictures by their paths. `used` are those that some page shows. */
type Shelf = { pages: Map<string, Page>; pictures: ReadonlySet<string>; used: Set<string> }

const escape = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
const address = (path: string) => path.split('/').map(encodeURIComponent).join('/')
const FRONT_MATTER = /^---\r?\n([\s\S]*?)\r?\n---\r?\n/
const PICTURE = /\.(png|jpe?g|gif|webp|avif|svg)$/i
/** `01-app/02-guides/index.md` → `app/guides`: how pages speak of each other. */
const keyOf = (path: string) =>
  path
    .replace(/\.mdx?$/i, '')
    .split('/')
    .map((part) => part.replace(/^\d+-/, ''))
    .filter((part, index, parts) => part !== '.' && !(part === 'index' && index === parts.length - 1))
    .join('/')

/**
 * Makes a site of HTML from a folder of Markdown: one page for each file and a welcome page that lists them.
 * Links between the pages hold, pictures come along; links that lead nowhere and raw HTML are left out, so that the site
 * is whole by itself. Gives the number of pages.
 */
export async function renderMarkdown(
  from: string,
  to: string,
  book: { title: string; language: string },
  tell: (done: number, total: number, page: string) => void,
): Promise<number> {
  const names: string[] = []
  for await (const name of filesBelow(from)) names.push(name)
  const pages = await readTitles(from, names.filter(isMarkdown).sort())
  const shelf: Shelf = {
    pages: new Map(pages.toReversed().map((page) => [page.key, page])),
    pictures: new Set(names.filter((name) => PICTURE.test(name))),
    used: new Set(),
  }
  const language = new Intl.Locale(book.language.split(',')[0] ?? 'und').toString()
  const write = async (path: string, title: string, content: string) => {
    await mkdir(dirname(join(to, path)), { recursive: true })
    await writeFile(join(to, path), frame(path, title, language, content))
  }
  await mkdir(to, { recursive: true })
  await writeFile(join(to, 'style.css'), STYLE)
  for (const [index, page] of pages.entries()) {
    await write(page.path, page.title, await body(page, await readText(join(from, page.source)), shelf))
    tell(index + 1, pages.length, page.title)
  }
  for (const picture of shelf.used) {
    await mkdir(dirname(join(to, 'pictures', picture)), { recursive: true })
    await copyFile(join(from, picture), join(to, 'pictures', picture))
  }
  const list = pages.map(({ path, title }) => `<li><a href="${escape(address(path))}">${escape(title)}</a></li>`)
  await write('index.html', book.title, `<h1>${escape(book.title)}</h1>\n<ul>\n${list.join('\n')}\n</ul>`)
  return pages.length
}

const readText = async (path: string) => (await readFile(path, 'utf8')).replace(FRONT_MATTER, '')

/** The pages that are not empty, each with a path that no other has. */
async function readTitles(from: string, sources: readonly string[]): Promise<Page[]> {
  const pages: Page[] = []
  const taken = new Set<string>()
  for (const source of sources) {
    const raw = await readFile(join(from, source), 'utf8')
    const matter = FRONT_MATTER.exec(raw)?.[1] ?? ''
    const text = raw.replace(FRONT_MATTER, '')
    if (text.trim() === '') continue
    const key = keyOf(source)
    const named = /^title:\s*["']?(.+?)["']?\s*$/m.exec(matter)?.[1] ?? /^#\s+(.+)$/m.exec(text)?.[1] ?? (key || source)
    let path = `pages/${key || 'start'}.html`
    for (let n = 2; taken.has(path); n++) path = `pages/${key || 'start'}-${n}.html`
    taken.add(path)
    pages.push({ source, path, key, title: named.replaceAll('`', '') })
  }
  return pages
}

function decoded(href: string): string {
  try {
    return decodeURIComponent(href)
  } catch {
    return href
  }
}

async function body(page: Page, text: string, shelf: Shelf): Promise<string> {
  /** The path that an address within the folder means; null for the web and for the page itself. */
  const within = (href: string): string | null => {
    const [path = ''] = decoded(href.split(/[?#]/)[0] ?? '').split('\0')
    if (path === '' || /^([a-z][a-z0-9+.-]*:|\/\/)/i.test(path)) return null
    if (path.startsWith('/')) return path.replace(/^\/(docs\/?)?/, '')
    return posix.join(posix.dirname(page.source), path)
  }
  const from = (path: string) => address(posix.relative(posix.dirname(page.path), path))
  const resolve = (href: string): string | null => {
    if (/^(https?:|mailto:)/i.test(href)) return href
    const path = within(href)
    const target = path === null ? undefined : shelf.pages.get(keyOf(path.replace(/\/$/, '')))
    return target === undefined ? null : from(target.path)
  }
  const picture = (href: string): string | null => {
    const path = within(href)
    if (path === null || !shelf.pictures.has(path)) return null
    shelf.used.add(path)
    return from(`pictures/${path}`)
  }
  const marked = new Marked({
    renderer: {
      html: () => '',
      image({ href, text: words }: Tokens.Image) {
        const target = picture(href)
        if (target !== null) return `<img src="${escape(target)}" alt="${escape(words)}">`
        return words === '' ? '' : `<em>${escape(words)}</em>`
      },
      link({ href, tokens }: Tokens.Link) {
        const words = this.parser.parseInline(tokens)
        const target = resolve(href)
        return target === null ? words : `<a href="${escape(target)}">${words}</a>`
      },
    },
  })
  const heading = /^#\s/m.test(text) ? '' : `<h1>${escape(page.title)}</h1>\n`
  return heading + (await marked.parse(text))
}

function frame(path: string, title: string, language: string, content: string): string {
  const up = '../'.repeat(path.split('/').length - 1)
  const home = path === 'index.html' ? '' : `<p><a href="${up}index.html">Contents</a></p>\n`
  return `<!doctype html>
<html lang="${escape(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<link rel="stylesheet" href="${up}style.css">
</head>
<body>
${home}${content}
</body>
</html>
`
}

const STYLE = `body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.6 system-ui, sans-serif; color: #1c1d1f; }
img { max-width: 100%; }
pre { overflow: auto; padding: 0.75rem; background: #f3f4f2; border-radius: 0.4rem; }
code { font-family: ui-monospace, monospace; font-size: 0.92em; }
table { border-collapse: collapse; } td, th { border: 1px solid #ccc; padding: 0.25rem 0.5rem; text-align: left; }
@media (prefers-color-scheme: dark) { body { background: #16181a; color: #e5e6e3; } pre { background: #22262a; } a { color: #8ab8ff; } }
`
