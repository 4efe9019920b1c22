import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { measureGroup, processExecutor } from '../executors/process'
import type { LogLine } from '../executors/executor'
import type { PackConfig } from './config'
import type { PackResult } from './main'
import { defaultIllustration } from './illustration'
import { page, serve, tarGzOf, zipOf } from './testing'

let shelf: string
let program: string
let folder: string
beforeAll(async () => {
  shelf = await mkdtemp(join(tmpdir(), 'croft-pack-'))
  program = join(shelf, 'croft-agent.mjs')
  const banner = { js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);" }
  await build({
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner,
    entryPoints: ['worker/agent/main.ts'],
    outfile: program,
  })
})
afterAll(() => rm(shelf, { recursive: true, force: true }))
beforeEach(async () => {
  folder = await mkdtemp(join(shelf, 'work-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const PARAMS = { name: 'docs_en', title: 'Docs', description: 'Some pages', language: 'eng', creator: 'Ann' }
const site = (welcome = 'index.html') => [
  { name: welcome, text: page('Start', '<a href="sp%20ace/%C3%BCber.html">more</a>') },
  { name: 'sp ace/über.html', text: page('Über') },
]

type Setup = {
  params?: Record<string, unknown>
  limits?: Partial<PackConfig['limits']>
  builtin?: Record<string, string>
  farm?: PackConfig['farm']
  path?: string
  stop?: AbortSignal
}

/** Runs the program as the agent does. */
async function run(
  source: string,
  {
    params,
    limits,
    builtin = {},
    farm = null,
    path = process.env.PATH ?? '',
    stop = new AbortController().signal,
  }: Setup = {},
) {
  const config: PackConfig = {
    params: { ...PARAMS, source, ...params },
    period: '2026-11',
    builtin,
    farm,
    limits: { bytes: 2e8, files: 50_000, threads: 2, ...limits },
  }
  await writeFile(join(folder, 'config.json'), JSON.stringify(config))
  const lines: LogLine[] = []
  const ending = await processExecutor.run(
    {
      command: [process.execPath, program, 'pack', folder],
      folder,
      env: { PATH: path, LANG: 'C.UTF-8', HOME: folder, TMPDIR: folder },
      memory: 0,
      disk: 0,
      timeLimit: 60,
    },
    { stop, onLine: (line) => void lines.push(line), onUsage: () => undefined },
  )
  const log = lines.map(({ text }) => text).join('\n')
  const failure =
    ending.kind === 'exited' && ending.exitCode !== 0
      ? (JSON.parse(ending.lastError) as { reasonCode: string; reasonText: string })
      : null
  return { ending, log, failure }
}
const result = async () => (JSON.parse(await readFile(join(folder, 'result.json'), 'utf8')) as PackResult).files
const progress = async () =>
  JSON.parse(await readFile(join(folder, 'progress.json'), 'utf8')) as { overall: number; message: string }
const output = () => readdir(join(folder, 'output'))
const listed = (name: string) =>
  execFileSync('zimdump', ['list', join(folder, 'output', name)], { encoding: 'utf8' })
    .trim()
    .split('\n')

describe('packs', () => {
  it('a .zip by its address, which zimcheck finds valid', async () => {
    await using web = await serve((_, response) => response.end(zipOf(site())))
    const { failure, log } = await run(`${web.url}/docs.zip?key=s3cret`, {
      params: { tags: 'a;b', flavour: 'nopic', 'long-description': 'Long.' },
    })
    expect(failure).toBeNull()
    const [file] = await result()
    expect(file).toMatchObject({
      name: 'docs_en_2026-11.zim',
      check: { result: 0, log: null, details: { status: true, file_name: 'docs_en_2026-11.zim' } },
    })
    expect(file?.check?.info).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      mainPage: 'index.html',
      metadata: { Title: 'Docs', Publisher: 'Croft', Tags: 'a;b' },
    })
    expect(await output()).toEqual(['docs_en_2026-11.zim'])
    expect(listed('docs_en_2026-11.zim')).toEqual(expect.arrayContaining(['index.html', 'sp ace/über.html']))
    expect(await progress()).toMatchObject({ overall: 100, message: 'packed' })
    expect(log).not.toContain('s3cret')
    expect(log).toContain('Visiting directory site')
    expect(log).not.toContain(folder)
  })

  it('a .tar.gz whose only folder is the site, under a file name of its own', async () => {
    const entries = site('start.html').map(({ name, text }) => ({ path: `docs-1.0/${name}`, text }))
    await using web = await serve((_, response) => response.end(tarGzOf(entries)))
    const { failure } = await run(`${web.url}/docs.tar.gz`, {
      params: { welcome: '/start.html', 'zim-file': 'my_en_{period}.zim' },
    })
    expect(failure).toBeNull()
    expect(await output()).toEqual(['my_en_2026-11.zim'])
    expect(listed('my_en_2026-11.zim')).toContain('start.html')
  })

  it('a file that was uploaded to the farm, with the credential of the agent', async () => {
    const id = '3f0c9a52-59a3-4d1c-8a5c-2f3f4f0f7a11'
    const asked: unknown[] = []
    await using farm = await serve((request, response) => {
      asked.push([request.url, request.headers.authorization])
      response.end(zipOf(site()))
    })
    expect((await run(`file:${id}`, { farm: { url: farm.url, token: 'croft_x' } })).failure).toBeNull()
    expect(asked).toEqual([[`/api/farm/files/${id}`, 'Bearer croft_x']])
  })

  it('a folder of the machine, which stays as it was', async () => {
    const home = join(shelf, 'shipped')
    await mkdir(home)
    await writeFile(join(home, 'index.html'), page('Shipped'))
    expect((await run('builtin:shipped', { builtin: { shipped: home } })).failure).toBeNull()
    expect(await readdir(home)).toEqual(['index.html'])
  })

  it('Markdown as pages', async () => {
    const entries = [
      { name: 'guide/start.md', text: '# Start here\n\nSee [the end](end.md) and [nothing](gone.md).' },
      { name: 'guide/end.md', text: '# The end' },
    ]
    await using web = await serve((_, response) => response.end(zipOf(entries)))
    const { failure } = await run(`${web.url}/docs.zip`)
    expect(failure).toBeNull()
    expect((await result())[0]?.check).toMatchObject({ result: 0 })
    expect(listed('docs_en_2026-11.zim')).toEqual(
      expect.arrayContaining(['index.html', 'pages/start.html', 'pages/end.html']),
    )
  })

  it('an illustration from the site or from an address, scaled', async () => {
    const logo = defaultIllustration('logo')
    const zip = zipOf([...site(), { name: 'illustration_48x48.png', text: 'taken by the site' }])
    await using web = await serve((request, response) => response.end(request.url === '/logo.png' ? logo : zip))
    expect((await run(`${web.url}/docs.zip`, { params: { illustration: `${web.url}/logo.png` } })).failure).toBeNull()
    const name = 'docs_en_2026-11.zim'
    expect(
      execFileSync('zimdump', ['show', '--url=croft_illustration_48x48.png', join(folder, 'output', name)]),
    ).toEqual(logo)
    expect((await result())[0]?.check?.result).toBe(0)
  })
})

describe('checks', () => {
  const dead = [{ name: 'index.html', text: page('Start', '<a href="gone.html">gone</a>') }]

  it('keeps a file whose content has faults, and tells them', async () => {
    await using web = await serve((_, response) => response.end(zipOf(dead)))
    const { failure, log } = await run(`${web.url}/docs.zip`)
    expect(failure).toBeNull()
    expect((await result())[0]?.check).toMatchObject({ details: { status: false, counts: { url_internal: 1 } } })
    expect((await result())[0]?.check?.result).not.toBe(0)
    expect(log).toContain('its content has faults (url_internal: 1)')
  })

  it('refuses it when the check is strict', async () => {
    await using web = await serve((_, response) => response.end(zipOf(dead)))
    const { failure } = await run(`${web.url}/docs.zip`, { params: { strict: true } })
    expect(failure).toMatchObject({ reasonCode: 'check_failed' })
    expect(await output()).toEqual([])
  })

  /** A PATH with some of the tools replaced: null for none, else a script. */
  const pathWith = async (tools: Record<string, string | null>) => {
    const bin = join(folder, 'bin')
    await mkdir(bin)
    for (const name of ['zimwriterfs', 'zimcheck', 'zimdump']) {
      const script = tools[name] === undefined ? `exec /usr/bin/${name} "$@"` : tools[name]
      if (script !== null) await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    }
    return bin
  }

  it('always refuses a file that is itself faulty', async () => {
    await using web = await serve((_, response) => response.end(zipOf(site())))
    const path = await pathWith({
      zimwriterfs: 'for last; do :; done; /usr/bin/zimwriterfs "$@" && printf 0123456789abcdef >> "$last"',
    })
    expect((await run(`${web.url}/docs.zip`, { path })).failure).toMatchObject({ reasonCode: 'check_failed' })
    expect(await output()).toEqual([])
  })

  it('does without zimcheck, and says so', async () => {
    await using web = await serve((_, response) => response.end(zipOf(site())))
    const { failure, log } = await run(`${web.url}/docs.zip`, {
      path: await pathWith({ zimcheck: null, zimdump: null }),
    })
    expect(failure).toBeNull()
    expect((await result())[0]?.check).toBeNull()
    expect(log).toContain('zimcheck is not installed')
  })

  it('cannot do without zimwriterfs', async () => {
    await using web = await serve((_, response) => response.end(zipOf(site())))
    expect((await run(`${web.url}/docs.zip`, { path: await pathWith({ zimwriterfs: null }) })).failure).toMatchObject({
      reasonCode: 'tool_missing',
    })
  })

  it.each([
    ['exit 3', 'exit_code'],
    ['kill -9 $$', 'oom'],
    ['echo "write: No space left on device" >&2; exit 1', 'disk_full'],
  ])('names the reason when zimwriterfs ends by: %s', async (script, reasonCode) => {
    await using web = await serve((_, response) => response.end(zipOf(site())))
    expect((await run(`${web.url}/docs.zip`, { path: await pathWith({ zimwriterfs: script }) })).failure).toMatchObject(
      { reasonCode },
    )
  })
})

describe('refuses', () => {
  it('a source without the welcome page, and lists what there is', async () => {
    await using web = await serve((_, response) => response.end(zipOf(site('start.html'))))
    for (const welcome of ['index.html', '../../config.json']) {
      const { failure } = await run(`${web.url}/docs.zip`, { params: { welcome } })
      expect(failure).toEqual({
        reasonCode: 'bad_input',
        reasonText: `the source has no welcome page ${welcome}; it has start.html, sp ace/über.html`,
      })
    }
  })

  it('an archive that leads out of its folder', async () => {
    await using web = await serve((_, response) => response.end(zipOf([{ name: '../../evil.html', text: 'x' }])))
    expect((await run(`${web.url}/docs.zip`)).failure).toMatchObject({ reasonCode: 'bad_input' })
  })

  it.each([
    ['a title that is too long', { title: 'ü'.repeat(31) }, /^title must not be longer than 30/],
    ['an unknown language', { language: 'english' }, /^language must be ISO 639-3/],
    ['a file name with a path', { 'zim-file': '../x.zim' }, /^zim-file/],
    ['an illustration that is none', { illustration: 'index.html' }, /it is no PNG/],
    ['an illustration that is not there', { illustration: '../../config.json' }, /has no illustration/],
  ])('%s', async (_, params, message) => {
    await using web = await serve((__, response) => response.end(zipOf(site())))
    expect((await run(`${web.url}/docs.zip`, { params })).failure).toEqual({
      reasonCode: 'bad_input',
      reasonText: expect.stringMatching(message) as string,
    })
  })

  it('a builtin source that the machine does not have', async () => {
    expect((await run('builtin:other', { builtin: { docs: '/nowhere' } })).failure).toEqual({
      reasonCode: 'bad_input',
      reasonText: 'this agent has no source builtin:other; it has builtin:docs',
    })
    expect((await run('builtin:docs', { builtin: { docs: '/nowhere' } })).failure).toMatchObject({
      reasonCode: 'tool_missing',
    })
  })

  it('a config.json that it cannot read', async () => {
    expect((await run('builtin:docs', { limits: { threads: 0 } })).failure).toMatchObject({ reasonCode: 'agent_error' })
  })
})

it('is gone with all its children when it is stopped in the middle, and leaves no file as if it were whole', async () => {
  const home = join(shelf, 'large')
  await mkdir(home)
  const words = Array.from({ length: 1_000 }, (_, n) => (n * 7919).toString(36)).join(' ')
  for (let n = 0; n < 4_000; n++)
    await writeFile(join(home, `page-${n}.html`), page(`Page ${n}`, `<p>${n} ${words}</p>`))
  await writeFile(join(home, 'index.html'), page('Start'))
  const stopper = new AbortController()
  const running = run('builtin:large', { builtin: { large: home }, stop: stopper.signal })
  const seen = new Set<number>()
  await vi.waitUntil(
    async () => {
      const { overall = 0 } = await progress().catch(() => ({ overall: 0 }))
      seen.add(overall)
      return overall > 45 && overall < 90
    },
    { timeout: 20_000, interval: 20 },
  )
  const { group } = JSON.parse(await readFile(join(folder, 'process.json'), 'utf8')) as { group: number }
  expect((await measureGroup(group))?.rss).toBeGreaterThan(0)
  stopper.abort()
  expect((await running).ending).toEqual({ kind: 'stopped' })
  expect(await measureGroup(group)).toMatchObject({ rss: 0 })
  expect(await output()).toEqual([])
  expect(seen.size).toBeGreaterThan(2)
})
