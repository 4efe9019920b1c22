import { BadSettings, readEnv } from '#lib/env'
import { openRuntime } from '#lib/services/runtime'
import { fingerprintOf, hostKey } from './host-key'
import { startReceiver } from './receiver'

async function main(): Promise<void> {
  const env = readEnv(process.env)
  if (env.CROFT_SFTP_PORT === undefined) throw new BadSettings('CROFT_SFTP_PORT must be set to run the SFTP receiver')
  const { context, log, close } = openRuntime(env, 'receiver')
  const key = await hostKey(env.CROFT_HOME)
  const receiver = await startReceiver(context, { host: env.HOST, port: env.CROFT_SFTP_PORT, hostKey: key })
  log.info({ port: receiver.port, hostKey: fingerprintOf(key) }, 'the SFTP receiver listens')

  let stopping = false
  const stop = async (why: string) => {
    if (stopping) return
    stopping = true
    log.info({ why }, 'the SFTP receiver stops')
    await receiver.stop()
    await close()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal))
  process.on('disconnect', () => void stop('its parent is gone'))
  // It may have gone before there was anybody to hear it.
  if (process.connected === false) await stop('its parent is gone')
}

main().catch((error: unknown) => {
  process.stderr.write(`croft: ${error instanceof BadSettings ? error.message : String(error)}\n`)
  process.exit(1)
})
