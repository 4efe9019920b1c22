import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { Marked, type Tokens } from 'marked'

type Page = { source: string; path: string; key: string; title: string; text: string }

const escape = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
const FRONT_MATTER = /^---\r?\n([\s\S]*?)\r?\n---\r?\n/
/** `01-app/02-guides/index.md` → `app/guides`: how pages speak of each other. */
const keyOf = (path: string) =>
  path
    .replace(/\.mdx?$/i, '')
    .split('/')
    .map((part) => part.replace(/^\d+-/, ''))
    .filter((part, index, parts) => !(part === 'index' && index === parts.length - 1))
    .join('/')

/**
 * Makes a site of HTML from a folder of Markdown: one page for each file and a welcome page that lists them.
 * Links between the pages hold; links that lead nowhere and raw HTML are left out, so that the site is whole by itself.
 */
export async function renderMarkdown(
  from: string,
  to: string,
  title: string,
  tell: (done: number, total: number, page: string) => void,
) {
  const files = (await readdir(from, { recursive: true })).filter((file) => /\.mdx?$/i.test(file)).sort()
  const pages: Page[] = []
  for (const source of files) {
    const raw = await readFile(join(from, source), 'utf8')
    const matter = FRONT_MATTER.exec(raw)?.[1] ?? ''
    const text = raw.replace(FRONT_MATTER, '')
    const named = /^title:\s*["']?(.+?)["']?\s*$/m.exec(matter)?.[1] ?? /^#\s+(.+)$/m.exec(text)?.[1] ?? keyOf(source)
    if (text.trim() === '') continue
    pages.push({
      source,
      path: `pages/${keyOf(source) || 'start'}.html`,
      key: keyOf(source),
      title: named.replaceAll('`', ''),
      text,
    })
  }
  const byKey = new Map(pages.map((page) => [page.key, page]))
  await mkdir(to, { recursive: true })
  await writeFile(join(to, 'style.css'), STYLE)
  for (const [index, page] of pages.entries()) {
    const target = join(to, page.path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, frame(page.path, page.title, await body(page, byKey)))
    tell(index + 1, pages.length, page.title)
  }
  const list = pages
    .map((page) => `<li><a href="${escape(encodeURI(page.path))}">${escape(page.title)}</a></li>`)
    .join('\n')
  await writeFile(join(to, 'index.html'), frame('index.html', title, `<h1>${escape(title)}</h1>\n<ul>\n${list}\n</ul>`))
  return pages.length
}

async function body(page: Page, byKey: Map<string, Page>): Promise<string> {
  const resolve = (href: string): string | null => {
    if (/^(https?:|mailto:)/i.test(href)) return href
    const [path = ''] = href.split('#')
    const base = path.startsWith('/') ? path.replace(/^\/(docs\/?)?/, '') : join(dirname(page.key), path)
    const target = path === '' ? null : byKey.get(keyOf(base.replace(/\/$/, '')))
    if (target === undefined || target === null) return null
    return encodeURI(relative(dirname(page.path), target.path))
  }
  const marked = new Marked({
    renderer: {
      html: () => '',
      image: ({ text }: Tokens.Image) => (text === '' ? '' : `<em>${escape(text)}</em>`),
      link({ href, tokens }: Tokens.Link) {
        const words = this.parser.parseInline(tokens)
        const target = resolve(href)
        return target === null ? words : `<a href="${escape(target)}">${words}</a>`
      },
    },
  })
  const heading = /^#\s/m.test(page.text) ? '' : `<h1>${escape(page.title)}</h1>\n`
  return heading + (await marked.parse(page.text))
}

function frame(path: string, title: string, content: string): string {
  const up = '../'.repeat(path.split('/').length - 1)
  const home = path === 'index.html' ? '' : `<p><a href="${up}index.html">Contents</a></p>\n`
  return `<!doctype html>
<html lang="en">
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
pre { overflow: auto; padding: 0.75rem; background: #f3f4f2; border-radius: 0.4rem; }
code { font-family: ui-monospace, monospace; font-size: 0.92em; }
table { border-collapse: collapse; } td, th { border: 1px solid #ccc; padding: 0.25rem 0.5rem; text-align: left; }
@media (prefers-color-scheme: dark) { body { background: #16181a; color: #e5e6e3; } pre { background: #22262a; } a { color: #8ab8ff; } }
`
