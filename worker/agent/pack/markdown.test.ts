import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { renderMarkdown } from './markdown'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'croft-markdown-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function render(files: Record<string, string>, language = 'eng'): Promise<(path: string) => Promise<string>> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, 'from', path)), { recursive: true })
    await writeFile(join(folder, 'from', path), text)
  }
  await renderMarkdown(join(folder, 'from'), join(folder, 'to'), { title: 'Book & more', language }, () => undefined)
  return (path) => readFile(join(folder, 'to', path), 'utf8')
}

it('makes a page of each file, and a welcome page that lists them in order', async () => {
  const read = await render({
    '02-end.md': '---\ntitle: The `end`\n---\n\nOver.',
    '01-begin/index.mdx': '# Begin\n\nHere.',
    '01-begin/c#.md': 'No heading',
    'empty.md': '\n',
  })
  expect((await readdir(join(folder, 'to', 'pages'), { recursive: true })).sort()).toEqual([
    'begin',
    'begin.html',
    'begin/c#.html',
    'end.html',
  ])
  expect((await read('index.html')).match(/<li>.*<\/li>/g)).toEqual([
    '<li><a href="pages/begin/c%23.html">begin/c#</a></li>',
    '<li><a href="pages/begin.html">Begin</a></li>',
    '<li><a href="pages/end.html">The end</a></li>',
  ])
  expect(await read('index.html')).toContain('<title>Book &#38; more</title>')
  expect(await read('pages/end.html')).toContain('<h1>The end</h1>')
})

it('keeps links between pages and to the web, and leaves the others as words', async () => {
  const read = await render({
    'guide/01-start.md':
      '[up](../index.md) [two](<02-my page.md#part>) [coded](./my%20page.md) [rooted](/docs/guide/my%20page) [web](https://example.org/?a=1&b=2) [gone](gone.md) [bad](javascript:alert(1)) [%](%E0%A4%A.md) [own](#part)',
    'guide/02-my page.md': '# Two',
    'index.md': '# Home\n\n[start](guide/01-start.md)',
  })
  expect(await read('pages/guide/start.html')).toContain(
    '<a href="../start.html">up</a> <a href="my%20page.html">two</a> <a href="my%20page.html">coded</a> <a href="my%20page.html">rooted</a> <a href="https://example.org/?a=1&#38;b=2">web</a> gone bad % own',
  )
  expect(await read('pages/start.html')).toContain('<a href="guide/start.html">start</a>')
})

it('resolves links of an index page within its own folder', async () => {
  const read = await render({ 'app/index.md': '[next](next.md)', 'app/next.md': '# Next' })
  expect(await read('pages/app.html')).toContain('<a href="app/next.html">next</a>')
})

it('brings the pictures that are shown, and no others', async () => {
  const read = await render({
    'a/page.md': '![A cat](../img/my%20cat.png) ![gone](gone.png) ![web](https://example.org/x.png)',
    'img/my cat.png': 'png',
    'img/other.png': 'png',
  })
  expect(await read('pages/a/page.html')).toContain(
    '<img src="../../pictures/img/my%20cat.png" alt="A cat"> <em>gone</em> <em>web</em>',
  )
  expect(await readdir(join(folder, 'to', 'pictures', 'img'))).toEqual(['my cat.png'])
})

it('leaves raw HTML out', async () => {
  const read = await render({ 'page.md': 'Before <b onclick="x()">bold</b>\n\n<script>alert(1)</script>\n\nAfter' })
  const html = await read('pages/page.html')
  expect(html).toContain('Before bold')
  expect(html).not.toMatch(/<script|onclick/)
})

it('gives each page a path of its own where names would meet', async () => {
  await render({ '01-a.md': '# One', '02-a.md': '# Two', 'a/index.md': '# Three' })
  expect((await readdir(join(folder, 'to', 'pages'))).sort()).toEqual(['a-2.html', 'a-3.html', 'a.html'])
})

it('says the language as browsers know it', async () => {
  expect(await (await render({ 'page.md': '# Seite' }, 'deu,eng'))('pages/page.html')).toContain('<html lang="de">')
})
