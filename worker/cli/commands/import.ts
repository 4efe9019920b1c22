import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { Client } from '#lib/client/client'
import { IMPORT_KINDS, importZimfarm } from '#lib/contract/import'
import { CroftError } from '#lib/core/error'
import { bold, json, out } from '../print'
import { EXIT } from '../problem'
import { collect, type Collection } from './zimfarm-source'

const BATCH = 100
type Options = { username?: string; update?: boolean; dryRun?: boolean; json?: boolean }
type Item = Awaited<ReturnType<typeof send>>[number]

async function send(client: Client, body: Partial<Collection> & { update: boolean; dryRun: boolean }) {
  const { items } = await client.call(importZimfarm, { body })
  return items
}

/** What a file holds: the answer of a backup route as it is, or an object of such lists. */
async function collectFile(path: string): Promise<Collection> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CroftError('invalid', `${path} cannot be read (${error.code})`)
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new CroftError('invalid', `${path} is no JSON: give a file that a backup route answered, or an address`)
  }
  const lists = (Array.isArray(value) ? { schedules: value as unknown[] } : (value ?? {})) as Record<string, unknown>
  const list = (...names: string[]) =>
    names.flatMap((name) => (Array.isArray(lists[name]) ? lists[name] : []) as unknown[])
  const collection = {
    schedules: list('schedules', 'recipes'),
    workers: list('workers'),
    accounts: list('accounts', 'users'),
    definitions: list('definitions'),
    missing: [],
  }
  if (Object.values(collection).every((documents) => documents.length === 0))
    throw new CroftError('invalid', `${path} holds no schedules, recipes, definitions, workers, users or accounts`)
  return collection
}

function* batches(found: Collection): Generator<Partial<Collection>> {
  for (const kind of ['accounts', 'definitions', 'workers', 'schedules'] as const)
    for (let at = 0; at < found[kind].length; at += BATCH) yield { [kind]: found[kind].slice(at, at + BATCH) }
}

function summary(items: Item[]): string[] {
  return IMPORT_KINDS.flatMap((kind) => {
    const mine = items.filter((item) => item.kind === kind)
    const counts = ['created', 'updated', 'unchanged', 'kept', 'refused'].flatMap((outcome) => {
      const n = mine.filter((item) => item.outcome === outcome).length
      return n === 0 ? [] : [`${n} ${outcome}`]
    })
    return mine.length === 0 ? [] : [`${bold(`${kind}s`)}: ${counts.join(', ')}`]
  })
}

async function run(client: Client, source: string, options: Options): Promise<number> {
  const found = await (/^https?:\/\//.test(source) ? collect(source, options.username) : collectFile(source))
  const items: Item[] = []
  for (const part of batches(found)) {
    items.push(...(await send(client, { ...part, update: options.update === true, dryRun: options.dryRun === true })))
  }
  if (options.json) json({ items, missing: found.missing })
  else {
    for (const { kind, name, outcome, notes } of items)
      if (outcome === 'refused' || outcome === 'kept' || notes.length > 0)
        out(`${kind} ${name}: ${[outcome, ...notes].join('; ')}`)
    for (const why of found.missing) out(`not taken: ${why}`)
    for (const line of summary(items)) out(line)
    if (items.some((item) => item.outcome === 'kept'))
      out('what was kept is here already and differs: --update takes what the other farm has')
    if (options.dryRun) out('nothing was written: this was a dry run')
  }
  return items.some((item) => item.outcome === 'refused') || found.missing.length > 0 ? EXIT.refused : EXIT.done
}

/** `croft import zimfarm`: takes over an existing Zimfarm. */
export function importCommand(
  program: Command,
  action: (
    work: (client: Client, source: string, options: Options) => Promise<number>,
  ) => (...args: never[]) => unknown,
): void {
  program
    .command('import')
    .description('take over what another farm has')
    .command('zimfarm <source>')
    .description(
      "a Zimfarm's schedules with their durations, its offliners' definitions, its workers and its users with their keys: from its address (…/v1 or …/v2) or from a file that its backup route answered. Safe to run twice.",
    )
    .option('--username <name>', 'sign in there as this user; the password is read from ZIMFARM_PASSWORD')
    .option('--update', 'overwrite schedules that are here already and differ')
    .option('--dry-run', 'only say what would happen')
    .option('--json', 'print JSON, for programs')
    .action(action(run) as (source: string, options: Options) => Promise<void>)
}
