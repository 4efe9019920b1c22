import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Marked } from 'marked'

/** The pages of docs/ that readers of the product see, in the order of reading. */
export const PAGES = {
  using: 'Using Croft',
  agent: 'Agents',
  api: 'The API',
  cli: 'The command line',
  operation: 'Operation',
  architecture: 'Architecture',
} as const
export type PageName = keyof typeof PAGES
export const isPage = (name: string): name is PageName => Object.hasOwn(PAGES, name)

/** A page as HTML; the text is our own, and raw HTML in it is left out all the same. */
export async function renderPage(name: PageName): Promise<string> {
  const text = await readFile(join(process.cwd(), 'docs', `${name}.md`), 'utf8')
  const marked = new Marked({ renderer: { html: () => '' } })
  return marked.parse(text)
}
