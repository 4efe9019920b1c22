import { Argument, InvalidArgumentError, type Command } from 'commander'
import type { Client } from '#lib/client/client'
import {
  addPause,
  endPause,
  listBreakers,
  listLimits,
  listPauses,
  removeLimit,
  resetBreaker,
  setLimit,
} from '#lib/contract/rules'
import { whyTask } from '#lib/contract/task'
import { configureWorker } from '#lib/contract/worker'
import { BREAKER_KINDS, PAUSE_SCOPES, type BreakerKind, type PauseScope, type Reason } from '#lib/core/matching'
import { changeIn, reasonIn } from '#lib/core/reason'
import type { Change } from '#lib/core/suggest'
import { bold, dim, json, out, table } from '../print'

type Common = { json?: boolean }
type Action = <A extends unknown[]>(
  work: (client: Client, ...args: A) => Promise<number | void>,
) => (...args: A) => Promise<void>
const LIMITED = ['platform', 'host'] as const
type Limited = (typeof LIMITED)[number]

const figure = (text: string) => {
  if (/^\d{1,7}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number, 0 or more.')
}
const moment = (text: string) => {
  const time = new Date(text)
  if (!Number.isNaN(time.getTime())) return time.toISOString()
  throw new InvalidArgumentError('It must be a time such as 2026-05-01T18:00.')
}
const withJson = (command: Command) => command.option('--json', 'print JSON, for programs')
const scopeArgument = () => new Argument('<scope>', 'what to pause').choices(PAUSE_SCOPES)
const kindArgument = (kinds: readonly string[]) => new Argument('<kind>').choices(kinds)
const time = (at: number) => new Date(at).toLocaleString()

/** Pauses, limits, breakers, workers out of service, and why a task waits. */
export function ruleCommands(program: Command, tasks: Command, workers: Command, action: Action): void {
  withJson(tasks.command('why <id>').description('why a queued task waits, and the least that would start it')).action(
    action(async (client, id: string, options: Common) => {
      const why = await client.call(whyTask, { params: { id } })
      if (options.json) return json(why)
      out(`${why.rankExact ? '' : 'at least '}${why.rank} before it in the queue`)
      const todo = (changes: unknown[]) => (changes as Change[]).map(changeIn).join('; ')
      for (const { worker, reasons } of why.workers) {
        out(bold(worker))
        if (reasons.length === 0) out('  will take it when it asks next')
        for (const reason of reasons as unknown as Reason[]) out(`  ${reasonIn(reason, time)}`)
      }
      if (why.soonest !== null) out(`by itself on ${why.soonest.worker} at ${time(Date.parse(why.soonest.at))}`)
      if (why.smallest !== null) out(`the least, on ${why.smallest.worker}: ${todo(why.smallest.changes)}`)
    }),
  )

  workers
    .command('disable <name>')
    .description('take a worker out of service; what it runs goes on')
    .requiredOption('--reason <text>', 'why, for others to read')
    .action(
      action(async (client, name: string, options: { reason: string }) => {
        await client.call(configureWorker, { params: { name }, body: { disabled: { reason: options.reason } } })
        out(`${name} is out of service`)
      }),
    )
  workers
    .command('enable <name>')
    .description('put a worker back in service')
    .action(
      action(async (client, name: string) => {
        await client.call(configureWorker, { params: { name }, body: { disabled: null } })
        out(`${name} is in service`)
      }),
    )

  const pauses = program.command('pauses').description('hold the farm or a part of it back')
  withJson(pauses.command('list').description('the pauses that hold now')).action(
    action(async (client, options: Common) => {
      const { items } = await client.call(listPauses)
      if (options.json) return json(items)
      table(
        ['ID', 'SCOPE', 'SUBJECT', 'UNTIL', 'BY', 'WHY'],
        items.map((one) => [one.id, one.scope, one.subject || '–', one.until ?? '–', one.author, one.reason]),
      )
    }),
  )
  withJson(pauses.command('add').description('pause the farm, or a part of it by its name'))
    .addArgument(scopeArgument())
    .argument('[subject]', 'its name; left out for the farm')
    .requiredOption('--reason <text>', 'why, for others to read')
    .option('--until <time>', 'it ends by itself then', moment)
    .action(
      action(
        async (
          client,
          scope: PauseScope,
          subject: string | undefined,
          options: Common & { reason: string; until?: string },
        ) => {
          const body = { scope, subject: subject ?? '', reason: options.reason, until: options.until ?? null }
          const added = await client.call(addPause, { body })
          if (options.json) return json(added)
          out(added.id)
        },
      ),
    )
  pauses
    .command('end <id>')
    .description('end a pause')
    .action(
      action(async (client, id: string) => {
        await client.call(endPause, { params: { id } })
        out('ended')
      }),
    )

  const limits = program.command('limits').description('how many tasks of a platform or web site may run at once')
  withJson(limits.command('list').description('the limits that hold')).action(
    action(async (client, options: Common) => {
      const { items } = await client.call(listLimits)
      if (options.json) return json(items)
      table(
        ['KIND', 'SUBJECT', 'TOTAL', 'PER WORKER', 'BY'],
        items.map((one) => [
          one.kind,
          one.subject,
          String(one.total ?? '–'),
          String(one.perWorker ?? '–'),
          one.author ?? dim('the environment'),
        ]),
      )
    }),
  )
  limits
    .command('set')
    .description('set a limit; 0 is never, and the subject * each that is not named')
    .addArgument(kindArgument(LIMITED))
    .argument('<subject>')
    .option('--total <n>', 'on the whole farm', figure)
    .option('--per-worker <n>', 'on each worker', figure)
    .action(
      action(async (client, kind: Limited, subject: string, options: { total?: number; perWorker?: number }) => {
        await client.call(setLimit, { body: { kind, subject, ...options } })
        out('set')
      }),
    )
  limits
    .command('lift')
    .description('lift a limit that was set')
    .addArgument(kindArgument(LIMITED))
    .argument('<subject>')
    .action(
      action(async (client, kind: Limited, subject: string) => {
        await client.call(removeLimit, { query: { kind, subject } })
        out('lifted')
      }),
    )

  const breakers = program.command('breakers').description('what gets no tasks because too many failed in a row')
  withJson(breakers.command('list').description('the open breakers')).action(
    action(async (client, options: Common) => {
      const { items } = await client.call(listBreakers)
      if (options.json) return json(items)
      table(
        ['KIND', 'SUBJECT', 'SINCE', 'FAILED', 'LAST', 'TRIED FROM'],
        items.map((one) => [
          one.kind,
          one.subject,
          one.since,
          String(one.failures),
          one.lastReasonCode,
          one.probe ?? one.retryAt,
        ]),
      )
    }),
  )
  breakers
    .command('reset')
    .description('close a breaker: its tasks may start at once')
    .addArgument(kindArgument(BREAKER_KINDS))
    .argument('<subject>')
    .action(
      action(async (client, kind: BreakerKind, subject: string) => {
        await client.call(resetBreaker, { query: { kind, subject } })
        out('closed')
      }),
    )
}
