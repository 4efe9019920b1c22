import { access, constants, mkdir } from 'node:fs/promises'
import { Command } from 'commander'
import { createClient } from '#lib/client/client'
import { signIn } from '#lib/contract/session'
import { Agent } from './agent'
import { lockFolder } from './lock'
import { agentLog } from './log'
import { pack } from './pack/main'
import { programs } from './programs'
import { BadSettings, readSettings } from './settings'

const VERSION = '0.1.0'

async function run(): Promise<number> {
  const settings = readSettings(process.env)
  const home = settings.CROFT_AGENT_HOME
  await mkdir(home, { recursive: true })
    .then(() => access(home, constants.W_OK))
    .catch(() => {
      throw new BadSettings(`CROFT_AGENT_HOME ${home} cannot be written`)
    })
  const lock = await lockFolder(home)
  if ('heldBy' in lock) throw new BadSettings(`another agent (process ${lock.heldBy}) uses CROFT_AGENT_HOME ${home}`)
  let token = settings.CROFT_TOKEN ?? null
  const client = createClient({ url: settings.CROFT_URL, token: () => token })
  if (token === null) {
    const body = { username: settings.CROFT_USERNAME ?? '', password: settings.CROFT_PASSWORD ?? '' }
    const renew = async () => {
      token = (await client.call(signIn, { body })).accessToken
    }
    await renew()
    setInterval(
      () => void renew().catch((error: unknown) => agentLog('warn', `sign-in: ${String(error)}`)),
      12 * 60 * 60_000,
    ).unref()
  }
  const agent = new Agent(
    settings,
    client,
    programs(settings, () => token),
    VERSION,
    agentLog,
  )
  const stops: Promise<void>[] = []
  const stop = (why: string) => {
    agentLog('info', `stopping: ${why}`)
    if (stops.length === 0) stops.push(agent.stop())
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal))
  process.on('disconnect', () => stop('the parent is gone'))
  // It may have gone before there was anybody to hear it.
  if (process.connected === false) stop('the parent is gone')
  try {
    await agent.run()
    await stops.at(0)
    return 0
  } finally {
    await lock.release()
  }
}

const program = new Command('croft-agent')
  .description(
    'Runs tasks of a Croft farm on this machine.\n\nSettings come from the environment: CROFT_URL, CROFT_TOKEN, CROFT_AGENT_NAME, CROFT_AGENT_HOME,\nCROFT_AGENT_CPUS, CROFT_AGENT_MEMORY, CROFT_AGENT_DISK, CROFT_AGENT_SOURCES.',
  )
  .version(VERSION)
program
  .command('run', { isDefault: true })
  .description('register this machine as a worker and run tasks until stopped')
  .action(async () => {
    try {
      process.exit(await run())
    } catch (error) {
      process.stderr.write(`croft-agent: ${error instanceof Error ? error.message : String(error)}\n`)
      process.exit(1)
    }
  })
program
  .command('pack <folder>')
  .description('pack a site into a ZIM file (what the agent itself starts for a task of type zimwriterfs)')
  .action(async (folder: string) => process.exit(await pack(folder)))
await program.parseAsync()
