import { opendir, readdir, rm, stat } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { PackFailure } from './failure'

/** The files below a folder, as paths within it; links are left out. */
export async function* filesBelow(folder: string, within = ''): AsyncGenerator<string> {
  for await (const entry of await opendir(join(folder, within))) {
    const path = join(within, entry.name)
    if (entry.isDirectory()) yield* filesBelow(folder, path)
    else if (entry.isFile()) yield path
  }
}

export const isPage = (name: string) => /\.x?html?$/i.test(name)
export const isMarkdown = (name: string) => /\.mdx?$/i.test(name)

export type Survey = { files: number; bytes: number; pages: number; markdown: number; shortest: string[] }
const SHOWN = 5

/** Counts what a folder has; `shortest` are the pages that could be meant as the welcome page. */
export async function survey(folder: string): Promise<Survey> {
  const found: Survey = { files: 0, bytes: 0, pages: 0, markdown: 0, shortest: [] }
  for await (const path of filesBelow(folder)) {
    found.files += 1
    found.bytes += (await stat(join(folder, path))).size
    if (isMarkdown(path)) found.markdown += 1
    if (!isPage(path)) continue
    found.pages += 1
    found.shortest = [...found.shortest, path].sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).slice(0, SHOWN)
  }
  return found
}

/** The folder that holds the site: an archive's only folder is opened. */
export async function siteFolder(folder: string): Promise<string> {
  const entries = (await readdir(folder)).filter((name) => name !== '__MACOSX' && name !== '.DS_Store')
  const [only] = entries
  if (entries.length === 1 && only !== undefined && (await stat(join(folder, only))).isDirectory())
    return siteFolder(join(folder, only))
  await rm(join(folder, '__MACOSX'), { recursive: true, force: true })
  return folder
}

/** A path as a person wrote it, within a folder; null when it leads out. */
export function pathWithin(folder: string, path: string): string | null {
  const target = resolve(folder, path.replace(/^\/+/, ''))
  return target.startsWith(resolve(folder) + sep) ? relative(folder, target) : null
}

/** The welcome page as zimwriterfs wants it. @throws PackFailure bad_input, with the pages that there are */
export async function findWelcome(folder: string, welcome: string, { pages, shortest }: Survey): Promise<string> {
  const path = pathWithin(folder, welcome)
  if (path !== null && (await stat(join(folder, path)).catch(() => null))?.isFile() === true) return path
  const more = pages > shortest.length ? ` and ${pages - shortest.length} more` : ''
  throw new PackFailure('bad_input', `the source has no welcome page ${welcome}; it has ${shortest.join(', ')}${more}`)
}
