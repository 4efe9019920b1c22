import { cp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { unpack } from './archive'
import { checkZim, type Check } from './check'
import { packConfig, readParams, type PackConfig, type PackParams } from './config'
import { download } from './download'
import { PackFailure, reasonOf } from './failure'
import { defaultIllustration, fitIllustration } from './illustration'
import { renderMarkdown } from './markdown'
import { ProgressFile } from './progress'
import { findWelcome, pathWithin, siteFolder, survey, type Survey } from './site'
import { writeZim } from './zim'

export type PackResult = { files: { name: string; size: number; check: Check | null }[] }

const ILLUSTRATION_LIMIT = 8 * 1024 ** 2
const TELL_EVERY = 300
const say = (line: string) => process.stdout.write(`${line}\n`)

/**
 * Packs a site of HTML (or Markdown) into a ZIM file.
 * Reads `config.json` (PackConfig) in the work folder; writes `progress.json` (Progress), the finished file into `output/`
 * (by rename, so that what is there is whole), and `result.json` (PackResult). Exit code 0 when the ZIM is made and its
 * check has no fault that matters; else 1, with { reasonCode, reasonText } as the last line of standard error:
 * - bad_input: a parameter, the address, the archive, the welcome page or the illustration cannot be used
 * - network: the source could not be fetched, also not by trying again
 * - disk_full: no room left
 * - tool_missing: zimwriterfs, or the folder of a builtin source, is not on this machine
 * - oom: zimwriterfs was killed
 * - exit_code: zimwriterfs failed otherwise
 * - check_failed: zimcheck found the file faulty (checkZim says which faults count)
 * - agent_error: the agent wrote a config.json that cannot be read
 * - unknown: anything else
 */
export async function pack(work: string): Promise<number> {
  try {
    const config = packConfig.parse(JSON.parse(await readFile(join(work, 'config.json'), 'utf8')))
    await new Packing(work, config, readParams(config.params)).run()
    return 0
  } catch (error) {
    process.stderr.write(`${JSON.stringify(reasonOf(error))}\n`)
    return 1
  }
}

class Packing {
  private told = 0
  private readonly progress: ProgressFile
  constructor(
    private readonly work: string,
    private readonly config: PackConfig,
    private readonly params: PackParams,
  ) {
    this.progress = new ProgressFile(work)
  }

  async run(): Promise<void> {
    await mkdir(join(this.work, 'output'), { recursive: true })
    const site = await this.prepare()
    const found = await survey(site)
    const welcome = await findWelcome(site, this.params.welcome, found)
    const illustration = await this.illustrate(site)
    const name = (this.params['zim-file'] ?? `${this.params.name}_{period}.zim`).replaceAll(
      '{period}',
      this.config.period,
    )
    const unfinished = join(this.work, `${name}.part`)
    await this.write({ site, welcome, illustration, target: unfinished, survey: found })
    this.advance('checking', 92, 100, 92)
    const check = await checkZim(unfinished, this.params, say)
    const { size } = await stat(unfinished)
    await rename(unfinished, join(this.work, 'output', name))
    const result: PackResult = { files: [{ name, size, check }] }
    await writeFile(join(this.work, 'result.json'), JSON.stringify(result))
    this.advance('packed', 100, 100, 100)
    await this.progress.close()
    say(`made ${name}, ${size} bytes`)
  }

  /** Tells where the work is: `done` of `total`, and the whole in per cent. */
  private advance(message: string, done: number, total: number, overall: number): void {
    this.progress.tell({ done, total, overall: Math.floor(overall), message: message.slice(0, 200) })
  }
  /** The same for what happens often. */
  private glide(...args: Parameters<Packing['advance']>): void {
    if (Date.now() - this.told < TELL_EVERY) return
    this.told = Date.now()
    this.advance(...args)
  }

  /** Brings the source into a folder of HTML: 0 to 40 per cent. */
  private async prepare(): Promise<string> {
    const { source } = this.params
    const site = join(this.work, 'site')
    if (source.startsWith('builtin:')) {
      const folder = await this.builtin(source.slice('builtin:'.length))
      say(`reading ${basename(folder)}`)
      return this.asHtml(folder, site)
    }
    const archive = join(this.work, 'archive')
    const { url, headers } = this.addressOf(source)
    await download(url, archive, {
      limit: this.config.limits.bytes,
      headers,
      tell: (message, done, total) => {
        say(message)
        this.advance('downloading', done, total, total > 0 ? (done / total) * 20 : 0)
      },
    })
    await rm(site, { recursive: true, force: true })
    const unpacked = await unpack(archive, site, this.config.limits, ({ files }, part) =>
      this.glide('unpacking', files, files, 20 + part * 20),
    )
    say(`unpacked ${unpacked.files} files, ${unpacked.bytes} bytes`)
    if (unpacked.skipped > 0) say(`left out ${unpacked.skipped} entries that are no plain files (links or devices)`)
    if (unpacked.misnamed > 0)
      say(`${unpacked.misnamed} names are not UTF-8: letters in them were replaced, links to them may be dead`)
    await rm(archive)
    return this.asHtml(await siteFolder(site), join(this.work, 'rendered'))
  }

  private async builtin(name: string): Promise<string> {
    const folder = this.config.builtin[name]
    if (folder === undefined) {
      const known = Object.keys(this.config.builtin).map((key) => `builtin:${key}`)
      throw new PackFailure(
        'bad_input',
        `this agent has no source builtin:${name}; it has ${known.join(', ') || 'none'}`,
      )
    }
    if ((await stat(folder).catch(() => null))?.isDirectory() === true) return folder
    throw new PackFailure(
      'tool_missing',
      `the folder of builtin:${name} is not on this worker: correct CROFT_AGENT_SOURCES of the agent`,
    )
  }

  private addressOf(source: string): { url: string; headers: Record<string, string> } {
    if (!source.startsWith('file:')) return { url: source, headers: {} }
    if (this.config.farm === null) throw new PackFailure('agent_error', 'the agent gave no way to reach the farm')
    const url = new URL(`/api/farm/files/${source.slice('file:'.length)}`, this.config.farm.url).href
    return { url, headers: { authorization: `Bearer ${this.config.farm.token}` } }
  }

  private async asHtml(folder: string, target: string): Promise<string> {
    const found: Survey = await survey(folder)
    if (found.pages > 0) {
      if (folder.startsWith(this.work + sep)) return folder
      await cp(folder, target, { recursive: true, dereference: true })
      return target
    }
    if (found.markdown === 0) throw new PackFailure('bad_input', 'the source has neither HTML nor Markdown files')
    const pages = await renderMarkdown(folder, target, this.params, (done, total, title) => {
      say(`[${done}/${total}] ${title}`)
      this.glide(title, done, total, (done / total) * 40)
    })
    say(`rendered ${pages} pages`)
    return target
  }

  /** Puts the illustration into the site, under a name that nothing there has; gives that name. */
  private async illustrate(site: string): Promise<string> {
    const { illustration } = this.params
    let name = 'illustration_48x48.png'
    while ((await stat(join(site, name)).catch(() => null)) !== null) name = `croft_${name}`
    await writeFile(
      join(site, name),
      illustration === undefined
        ? defaultIllustration(this.params.name)
        : fitIllustration(illustration, await this.picture(site, illustration)),
    )
    return name
  }

  private async picture(site: string, illustration: string): Promise<Buffer> {
    if (/^https?:/i.test(illustration)) {
      const file = join(this.work, 'illustration')
      await download(illustration, file, { limit: ILLUSTRATION_LIMIT, tell: say })
      return readFile(file)
    }
    const path = pathWithin(site, illustration)
    const bytes = path === null ? null : await readFile(join(site, path)).catch(() => null)
    if (bytes === null) throw new PackFailure('bad_input', `the source has no illustration ${illustration}`)
    return bytes
  }

  /** 40 to 90 per cent. */
  private async write(book: {
    site: string
    welcome: string
    illustration: string
    target: string
    survey: Survey
  }): Promise<void> {
    const { files } = book.survey
    say(`packing ${files} files with zimwriterfs`)
    this.advance('packing', 0, files, 40)
    const hear = (line: string) => say(line.replaceAll(`${this.work}${sep}`, ''))
    await writeZim(this.params, { ...book, threads: this.config.limits.threads }, hear, (part) =>
      this.glide('packing', Math.floor(part * files), files, 40 + part * 50),
    )
  }
}
