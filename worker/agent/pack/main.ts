import { spawn } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join, resolve, sep } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { PackFailure, reasonOf } from './failure'
import { checkIllustration, defaultIllustration } from './illustration'
import { renderMarkdown } from './markdown'
import { download, siteFolder, unpack } from './source'

/** What the agent writes for the program. `farm` is there for sources that were uploaded; the file has mode 600. */
export const packConfig = z.object({
  params: z.record(z.string(), z.unknown()),
  period: z.string().regex(/^\d{4}-\d{2}$/),
  builtin: z.record(z.string(), z.string()),
  farm: z.object({ url: z.string(), token: z.string() }).nullable(),
  limits: z.object({ bytes: z.number(), files: z.number() }),
})
export type PackConfig = z.infer<typeof packConfig>

const text = z.string().trim()
const paramsOf = z.object({
  source: text.min(1),
  name: text.min(1),
  title: text.min(1),
  description: text.min(1),
  language: text.min(3),
  creator: text.min(1),
  publisher: text.min(1).default('Croft'),
  welcome: text.min(1).default('index.html'),
  illustration: text.optional(),
  tags: text.optional(),
  flavour: text.optional(),
  'zim-file': text.optional(),
  strict: z.boolean().default(false),
})
type PackParams = z.infer<typeof paramsOf>

export type PackResult = {
  files: {
    name: string
    size: number
    check: { result: number; log: string | null; details: unknown; info: unknown } | null
  }[]
}
type Progress = { done: number; total: number; overall: number; message: string }

const say = (line: string) => process.stdout.write(`${line}\n`)

/**
 * Packs a site of HTML (or Markdown) into a ZIM file.
 * Reads `config.json` (PackConfig) in the work folder; writes `progress.json`, the finished file into `output/` (by rename),
 * and `result.json` (PackResult). Exit code 0 when the ZIM is made and its check has no fault that matters; else 1, with
 * { reasonCode, reasonText } as the last line of standard error: bad_input, network, disk_full, tool_missing, check_failed, exit_code, unknown.
 */
export async function pack(work: string): Promise<number> {
  try {
    const config = packConfig.parse(JSON.parse(await readFile(join(work, 'config.json'), 'utf8')))
    const params = paramsOf.parse(config.params)
    await new Packing(work, config, params).run()
    return 0
  } catch (error) {
    process.stderr.write(`${JSON.stringify(reasonOf(error))}\n`)
    return 1
  }
}

class Packing {
  private told = 0
  constructor(
    private readonly work: string,
    private readonly config: PackConfig,
    private readonly params: PackParams,
  ) {}

  async run(): Promise<void> {
    await mkdir(join(this.work, 'output'), { recursive: true })
    const site = await this.prepare()
    await this.checkWelcome(site)
    const illustration = await this.illustrate(site)
    const name = (this.params['zim-file'] ?? `${this.params.name}_{period}.zim`).replaceAll(
      '{period}',
      this.config.period,
    )
    const unfinished = join(this.work, `${name}.part`)
    await this.write(site, illustration, unfinished)
    const check = await this.check(unfinished)
    const { size } = await stat(unfinished)
    await rename(unfinished, join(this.work, 'output', name))
    const result: PackResult = { files: [{ name, size, check }] }
    await writeFile(join(this.work, 'result.json'), JSON.stringify(result))
    await this.progress({ done: 100, total: 100, overall: 100, message: 'packed' })
    say(`made ${name}, ${size} bytes`)
  }

  private async progress(progress: Progress, always = true): Promise<void> {
    if (!always && Date.now() - this.told < 300) return
    this.told = Date.now()
    const file = join(this.work, 'progress.json')
    await writeFile(`${file}.part`, JSON.stringify(progress))
    await rename(`${file}.part`, file)
  }

  /** Brings the source into a folder of HTML: 0 to 40 per cent. */
  private async prepare(): Promise<string> {
    const { source } = this.params
    const site = join(this.work, 'site')
    const [kind, rest = ''] = [source.split(':')[0], source.slice(source.indexOf(':') + 1)]
    if (kind === 'builtin') {
      const folder = this.config.builtin[rest]
      if (folder === undefined) {
        const known = Object.keys(this.config.builtin)
        throw new PackFailure(
          'bad_input',
          `this agent has no source builtin:${rest}; it has ${known.length === 0 ? 'none' : known.join(', ')}`,
        )
      }
      say(`reading ${basename(folder)}`)
      return this.asHtml(folder, site)
    }
    const archive = join(this.work, 'archive')
    const headers: Record<string, string> = {}
    let url = source
    if (kind === 'file') {
      if (this.config.farm === null) throw new PackFailure('agent_error', 'the agent gave no way to reach the farm')
      url = new URL(`/api/farm/files/${rest}`, this.config.farm.url).href
      headers.authorization = `Bearer ${this.config.farm.token}`
    }
    await download(url, archive, {
      limit: this.config.limits.bytes,
      headers,
      tell: (message, done, total) => {
        say(message)
        void this.progress({
          done,
          total,
          overall: total > 0 ? Math.floor((done / total) * 20) : 0,
          message: 'downloading',
        })
      },
    })
    await rm(site, { recursive: true, force: true })
    say(`unpacked ${await unpack(archive, site, this.config.limits)} files`)
    await rm(archive)
    return this.asHtml(await siteFolder(site), join(this.work, 'rendered'))
  }

  private async asHtml(folder: string, target: string): Promise<string> {
    const names = await readdir(folder, { recursive: true })
    if (names.some((name) => /\.html?$/i.test(name))) {
      if (folder.startsWith(this.work + sep)) return folder
      await cp(folder, target, { recursive: true, dereference: true })
      return target
    }
    if (!names.some((name) => /\.mdx?$/i.test(name)))
      throw new PackFailure('bad_input', 'the source has neither HTML nor Markdown files')
    const pages = await renderMarkdown(folder, target, this.params.title, (done, total, title) => {
      say(`[${done}/${total}] ${title}`)
      void this.progress({ done, total, overall: Math.floor((done / total) * 40), message: title.slice(0, 200) }, false)
    })
    say(`rendered ${pages} pages`)
    return target
  }

  private async checkWelcome(site: string): Promise<void> {
    const path = resolve(site, this.params.welcome)
    const inside = path.startsWith(resolve(site) + sep)
    if (inside && (await stat(path).catch(() => null))?.isFile()) return
    const pages = (await readdir(site, { recursive: true }))
      .filter((name) => /\.html?$/i.test(name))
      .sort((a, b) => a.length - b.length)
    throw new PackFailure(
      'bad_input',
      `the source has no welcome page ${this.params.welcome}; it has ${pages.slice(0, 5).join(', ') || 'no HTML at all'}`,
    )
  }

  private async illustrate(site: string): Promise<string> {
    const { illustration } = this.params
    if (illustration === undefined) {
      await writeFile(join(site, 'illustration_48x48.png'), defaultIllustration(this.params.name))
      return 'illustration_48x48.png'
    }
    const path = resolve(site, illustration)
    const bytes = path.startsWith(resolve(site) + sep) ? await readFile(path).catch(() => null) : null
    if (bytes === null) throw new PackFailure('bad_input', `the source has no illustration ${illustration}`)
    checkIllustration(illustration, bytes)
    return illustration
  }

  /** Runs zimwriterfs: 40 to 90 per cent, by the files that it tells of. */
  private async write(site: string, illustration: string, target: string): Promise<void> {
    const p = this.params
    const total = (await readdir(site, { recursive: true })).length
    const optional = {
      '--tags': p.tags,
      '--flavour': p.flavour,
      '--source': /^https?:/.test(p.source) ? p.source : undefined,
    }
    const args = [
      '--verbose',
      '--welcome',
      p.welcome,
      '--illustration',
      illustration,
      '--language',
      p.language,
      '--title',
      p.title,
      '--description',
      p.description,
      '--creator',
      p.creator,
      '--publisher',
      p.publisher,
      '--name',
      p.name,
      '--scraper',
      'croft',
      ...Object.entries(optional).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value])),
      site,
      target,
    ]
    await rm(target, { force: true })
    say(`packing ${total} files with zimwriterfs`)
    let seen = 0
    const code = await this.tool('zimwriterfs', args, (line) => {
      seen += 1
      say(line)
      const overall = 40 + Math.floor(Math.min(1, seen / Math.max(1, total)) * 50)
      void this.progress({ done: Math.min(seen, total), total, overall, message: 'packing' }, false)
    })
    if (code !== 0) throw new PackFailure('exit_code', `zimwriterfs ended with ${code}: see the log`)
  }

  /** Runs zimcheck. Faults of the file itself always fail; faults of the content, such as dead links, only when `strict`. */
  private async check(target: string): Promise<PackResult['files'][number]['check']> {
    await this.progress({ done: 92, total: 100, overall: 92, message: 'checking' })
    const output: string[] = []
    let code: number
    try {
      code = await this.tool('zimcheck', ['--json', target], (line) => output.push(line))
    } catch (error) {
      if (!(error instanceof PackFailure) || error.reasonCode !== 'tool_missing') throw error
      say('zimcheck is not installed: the file was not checked')
      return null
    }
    const log = output.join('\n')
    const details = parsed(log, basename(target).replace(/\.part$/, ''))
    say(`zimcheck: ${code === 0 ? 'valid' : `faults found (exit code ${code})`}`)
    const structural = code !== 0 && (await this.tool('zimcheck', ['-C', '-I', '-M', '-P', target], say)) !== 0
    if (structural || (code !== 0 && this.params.strict))
      throw new PackFailure('check_failed', 'zimcheck found faults in the file: see the log')
    const metadata = {
      Name: this.params.name,
      Title: this.params.title,
      Language: this.params.language,
      Creator: this.params.creator,
    }
    return { result: code, log: details === null ? log.slice(0, 100_000) : null, details, info: { metadata } }
  }

  private tool(name: string, args: string[], line: (text: string) => void): Promise<number> {
    return new Promise((done, fail) => {
      const child = spawn(name, args, { cwd: this.work, stdio: ['ignore', 'pipe', 'pipe'] })
      createInterface({ input: child.stdout }).on('line', line)
      createInterface({ input: child.stderr }).on('line', line)
      child.once('error', () =>
        fail(new PackFailure('tool_missing', `${name} is not installed on this worker: install zim-tools`)),
      )
      child.once('close', (code, signal) => done(code ?? (signal === null ? 1 : 137)))
    })
  }
}

/** zimcheck's own report, with the file's name instead of where it was on this machine. */
function parsed(log: string, name: string): unknown {
  try {
    return { ...(JSON.parse(log) as Record<string, unknown>), file_name: name }
  } catch {
    return null
  }
}
