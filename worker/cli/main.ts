import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { Client } from '#lib/client/client'
import { getSchedule, listSchedules } from '#lib/contract/schedule'
import { signOut, whoAmI } from '#lib/contract/session'
import { cancelTask, getTask, listTasks, requestTasks, taskLog } from '#lib/contract/task'
import { getWorker, listWorkers } from '#lib/contract/worker'
import { TASK_STATUSES, type TaskStatus } from '#lib/core/task'
import { importCommand } from './commands/import'
import { ruleCommands } from './commands/rules'
import { follow } from './follow'
import { age, bold, dim, json, out, status, table } from './print'
import { EXIT, explain } from './problem'
import { connect, farmUrl, forget, login } from './session'

type Common = { json?: boolean }
const now = Date.now()
const number = (low: number, high: number) => (text: string) => {
  const value = Number(text)
  if (Number.isInteger(value) && value >= low && value <= high) return value
  throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`)
}

/** Runs a command with a client; an error is one line and an exit code. */
function action<A extends unknown[]>(work: (client: Client, ...args: A) => Promise<number | void>) {
  return async (...args: A) => {
    process.exitCode = (await work(await connect(), ...args)) ?? EXIT.done
  }
}

/** Lines that a program gives instead of a person. */
const piped = process.stdin.isTTY ? null : createInterface({ input: process.stdin })[Symbol.asyncIterator]()

async function ask(question: string, hidden: boolean): Promise<string> {
  if (piped !== null) {
    const line = await piped.next()
    if (line.done === true)
      throw new Error('give the name and the password as two lines, or set CROFT_USERNAME and CROFT_PASSWORD')
    return line.value.trim()
  }
  let silent = false
  const output = new Writable({
    write(chunk, _, done) {
      if (!silent) process.stderr.write(chunk as Buffer)
      done()
    },
  })
  const prompt = createInterface({ input: process.stdin, output, terminal: true })
  const answer = prompt.question(question)
  silent = hidden
  const text = await answer
  prompt.close()
  if (hidden) process.stderr.write('\n')
  return text.trim()
}

const program = new Command('croft')
  .description('Talks to a Croft farm: schedules, tasks and workers.')
  .version('0.1.0')
  .showHelpAfterError('(croft --help tells more)')
  .exitOverride()
  .addHelpText(
    'after',
    `
The farm is found by CROFT_URL (default http://127.0.0.1:3000). Sign in by CROFT_TOKEN, by CROFT_USERNAME and
CROFT_PASSWORD, or once by: croft login

Examples:
  croft schedules list --search wiki        what can be requested
  croft tasks request my-schedule --follow  request a task and watch its log
  croft tasks list --status started         what runs now
  croft tasks cancel 1b4e28ba-…             stop it
  croft workers list --json                 for programs`,
  )
const withJson = (command: Command) => command.option('--json', 'print JSON, for programs')

program
  .command('login')
  .description('sign in and keep the session for this user')
  .option('--username <name>', 'else it is asked for')
  .action(async (options: { username?: string }) => {
    const username = options.username ?? process.env.CROFT_USERNAME ?? (await ask('Name: ', false))
    const password = process.env.CROFT_PASSWORD ?? (await ask('Password: ', true))
    await login(username, password)
    out(`signed in to ${farmUrl()} as ${username}`)
  })
program
  .command('logout')
  .description('end the session that login kept')
  .action(
    action(async (client) => {
      await client.call(signOut).catch(() => undefined)
      await forget()
      out('signed out')
    }),
  )
withJson(program.command('whoami').description('who is signed in, and what that account may do')).action(
  action(async (client, options: Common) => {
    const me = await client.call(whoAmI)
    if (options.json) return json(me)
    out(`${me.username}, ${me.role}`)
  }),
)

const schedules = program.command('schedules').description('list and show schedules')
withJson(schedules.command('list').description('schedules, by name'))
  .option('--search <text>', 'part of the name')
  .option('--limit <n>', 'at most so many', number(1, 200), 50)
  .action(
    action(async (client, options: Common & { search?: string; limit: number }) => {
      const page = await client.call(listSchedules, { query: { q: options.search, limit: options.limit } })
      if (options.json) return json(page)
      table(
        ['NAME', 'TYPE', 'RUNS', 'LAST'],
        page.items.map((one) => [
          one.name,
          one.taskType,
          one.enabled ? one.periodicity + (one.overdue ? ', overdue' : '') : 'disabled',
          one.lastTask === null ? '–' : `${status(one.lastTask.status)} ${age(one.lastTask.updatedAt, now)}`,
        ]),
      )
      if (page.next !== null) out(dim('there are more: narrow with --search, or raise --limit'))
    }),
  )
withJson(schedules.command('show <name>').description('one schedule')).action(
  action(async (client, name: string, options: Common) => {
    const one = await client.call(getSchedule, { params: { name } })
    if (options.json) return json(one)
    out(bold(one.name))
    out(`${one.taskType}, ${one.category}, ${one.language.nameEn}, ${one.enabled ? one.periodicity : 'disabled'}`)
    out(`${one.resources.cpu} cores, ${one.resources.memory} bytes of memory, ${one.resources.disk} bytes of disk`)
    for (const [key, value] of Object.entries(one.config.params)) out(`  ${key}: ${JSON.stringify(value)}`)
  }),
)

const tasks = program.command('tasks').description('list, show, request, cancel and follow tasks')
withJson(tasks.command('list').description('tasks, newest change first'))
  .addOption(new Option('--status <status...>', 'only these').choices(TASK_STATUSES))
  .option('--schedule <name>', 'only of this schedule')
  .option('--worker <name>', 'only on this worker')
  .option('--limit <n>', 'at most so many', number(1, 200), 50)
  .action(
    action(
      async (
        client,
        options: Common & { status?: TaskStatus[]; schedule?: string; worker?: string; limit: number },
      ) => {
        const { json: asJson, ...query } = options
        const page = await client.call(listTasks, { query })
        if (asJson) return json(page)
        table(
          ['ID', 'STATUS', 'SCHEDULE', 'WORKER', 'CHANGED'],
          page.items.map((one) => [
            one.id,
            status(one.status),
            one.originalScheduleName,
            one.worker ?? '–',
            age(one.updatedAt, now),
          ]),
        )
      },
    ),
  )
withJson(tasks.command('show <id>').description('one task')).action(
  action(async (client, id: string, options: Common) => {
    const one = await client.call(getTask, { params: { id } })
    if (options.json) return json(one)
    out(`${bold(one.originalScheduleName)}  ${status(one.status)}${one.stage === null ? '' : ` (${one.stage})`}`)
    if (one.reasonText) out(`${one.reasonCode}: ${one.reasonText}`)
    for (const { code, at } of one.history) out(`  ${at}  ${code}`)
    for (const file of one.files) out(`  ${file.name}  ${file.size} bytes  /api/farm/files/${file.id}`)
  }),
)
withJson(tasks.command('request <schedule...>').description('request a task of each schedule'))
  .option('--priority <n>', '0 to 10, bigger goes first', number(0, 10), 0)
  .option('--worker <name>', 'only this worker may take it')
  .option('--follow', 'print the log until the task is over (one schedule only)')
  .action(
    action(
      async (client, names: string[], options: Common & { priority: number; worker?: string; follow?: boolean }) => {
        const body = { schedules: names, priority: options.priority, worker: options.worker ?? null }
        const answer = await client.call(requestTasks, { body })
        const [first] = answer.requested
        if (options.json && !options.follow) json(answer)
        else {
          for (const { schedule, id } of answer.requested) if (!options.json) out(`${schedule}: ${id}`)
          for (const { schedule, why } of answer.refused) process.stderr.write(`croft: ${schedule}: ${why}\n`)
        }
        if (options.follow && first !== undefined && names.length === 1)
          return follow(client, first.id, options.json === true)
        return answer.refused.length > 0 ? EXIT.refused : EXIT.done
      },
    ),
  )
withJson(tasks.command('cancel <id>').description('cancel a task')).action(
  action(async (client, id: string, options: Common) => {
    const one = await client.call(cancelTask, { params: { id } })
    if (options.json) return json(one)
    out(one.status === 'canceled' ? 'canceled' : 'its worker is being told to stop')
  }),
)
withJson(tasks.command('log <id>').description("a task's log"))
  .option('--follow', 'until the task is over')
  .option('--tail <n>', 'only the last lines', number(1, 5000))
  .action(
    action(async (client, id: string, options: Common & { follow?: boolean; tail?: number }) => {
      if (options.follow) return follow(client, id, options.json === true)
      let after = 0
      for (;;) {
        const page = await client.call(taskLog, { params: { id }, query: { after, limit: 5000, tail: options.tail } })
        for (const line of page.lines) out(options.json ? JSON.stringify(line) : line.text)
        after = page.lines.at(-1)?.n ?? page.total
        if (options.tail !== undefined || after >= page.total) return EXIT.done
      }
    }),
  )

const workers = program.command('workers').description('list and show workers')
withJson(workers.command('list').description('workers, by name')).action(
  action(async (client, options: Common) => {
    const page = await client.call(listWorkers, { query: { limit: 200 } })
    if (options.json) return json(page)
    table(
      ['NAME', 'STATE', 'CORES', 'RUNS', 'SEEN'],
      page.items.map((one) => [
        one.name,
        one.online ? 'online' : 'offline',
        `${one.reserved.cpu}/${one.resources.cpu}`,
        String(one.running.length),
        one.lastSeenAt === null ? 'never' : age(one.lastSeenAt, now),
      ]),
    )
  }),
)
withJson(workers.command('show <name>').description('one worker')).action(
  action(async (client, name: string, options: Common) => {
    const one = await client.call(getWorker, { params: { name } })
    if (options.json) return json(one)
    out(
      `${bold(one.name)}  ${one.online ? 'online' : 'offline'}, of ${one.owner}; runs ${one.taskTypes.join(', ') || 'nothing'}`,
    )
    for (const task of one.running) out(`  ${task.id}  ${task.name}  ${task.progress?.overall ?? 0}%`)
  }),
)

importCommand(program, action)
ruleCommands(program, tasks, workers, action)

process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
process.on('SIGINT', () => process.exit(130))
try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : EXIT.usage)
  const { line, code } = explain(error)
  process.stderr.write(`croft: ${line}\n`)
  process.exit(code)
}
