import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Unreachable, type Client } from '#lib/client/client'
import * as wire from '#lib/contract/worker'
import { CroftError } from '#lib/core/error'
import { RENEW_SECONDS } from '#lib/core/lease'
import { add, NONE, without, type Resources } from '#lib/core/resources'
import { endLeftOver } from './executors/process'
import type { AgentLog } from './log'
import { discover } from './machine'
import type { Program } from './programs'
import type { AgentSettings } from './settings'
import { TaskRun } from './task-run'

const MARKER = '.croft-agent-work'
const keyOf = (taskId: string, fence: number) => `${taskId}.${fence}`

/** Takes tasks that fit, runs them, renews their leases and obeys what the farm says. */
export class Agent {
  /** By lease: a task that was lost may come again while what is left of it still ends. */
  private readonly runs = new Map<string, TaskRun>()
  private readonly ended = new Set<Promise<void>>()
  private readonly stopping = new AbortController()

  constructor(
    private readonly settings: AgentSettings,
    private readonly client: Client,
    private readonly programs: Program[],
    private readonly version: string,
    private readonly log: AgentLog,
  ) {}

  /** Runs until `stop`; resolves when every task is reported. */
  async run(): Promise<void> {
    await this.clearFolder()
    await Promise.all([this.take(), this.renew()])
  }

  /** Takes no more, hands running tasks back to the queue, and ends. */
  async stop(): Promise<void> {
    this.stopping.abort()
    for (const run of this.runs.values()) run.stop('shutdown')
    await Promise.race([Promise.all([...this.ended]), wait(8_000)])
  }

  /** Work folders of an agent that was killed: their tasks are the farm's to give out again. */
  private async clearFolder(): Promise<void> {
    const folder = this.workFolder()
    await mkdir(folder, { recursive: true })
    const marked = await readFile(join(folder, MARKER), 'utf8').catch(() => null)
    if (marked === null) return writeFile(join(folder, MARKER), 'Folders here belong to the Croft agent.\n')
    for (const name of await readdir(folder)) {
      if (!/^[0-9a-f-]{36}(\.\d+)?$/.test(name)) continue
      await endLeftOver(join(folder, name))
      await rm(join(folder, name), { recursive: true, force: true })
    }
  }

  private workFolder = () => join(this.settings.CROFT_AGENT_HOME, 'work')
  private reserved = (): Resources =>
    [...this.runs.values()].reduce((sum, run) => add(sum, run.lease.task.resources), NONE)

  /** Repeats a call until the farm answers or the agent stops. */
  private async insist<T>(what: string, call: () => Promise<T>): Promise<T | null> {
    for (let attempt = 0; !this.stopping.signal.aborted; attempt++) {
      try {
        return await call()
      } catch (error) {
        if (this.stopping.signal.aborted) return null
        const known = error instanceof Unreachable || error instanceof CroftError
        if (!known) throw error
        if (error instanceof CroftError && ['unauthenticated', 'forbidden', 'conflict', 'invalid'].includes(error.code))
          throw error
        if (attempt % 10 === 0) this.log('warn', `${what}: ${error.message}; trying again`)
        await this.pause(Math.min(500 * 2 ** attempt, 5_000))
      }
    }
    return null
  }

  private pause = (ms: number) => wait(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined)

  private async register(): Promise<Resources> {
    const usable: string[] = []
    for (const program of this.programs) {
      const missing = await program.missing()
      if (missing === null) usable.push(program.taskType)
      else this.log('warn', missing)
    }
    const resources = await discover(this.settings)
    const body = { resources, taskTypes: usable, version: this.version }
    await this.insist('registering', () =>
      this.client.call(wire.registerWorker, { params: { name: this.settings.CROFT_AGENT_NAME }, body }),
    )
    this.log(
      'info',
      `registered as ${this.settings.CROFT_AGENT_NAME}: ${resources.cpu} cores, task types ${usable.join(', ') || 'none'}`,
    )
    return resources
  }

  private async take(): Promise<void> {
    let totals = await this.register()
    while (!this.stopping.signal.aborted) {
      const available = without(totals, this.reserved())
      const params = { name: this.settings.CROFT_AGENT_NAME }
      const call = { params, body: { available, wait: 25 }, signal: this.stopping.signal }
      const answer = await this.insist('asking for work', async () => {
        try {
          return await this.client.call(wire.takeTask, call)
        } catch (error) {
          if (!(error instanceof CroftError) || error.code !== 'not_found') throw error
          totals = await this.register()
          return { lease: null }
        }
      })
      if (answer === null || answer.lease === null) continue
      const run = this.begin(answer.lease)
      if (this.stopping.signal.aborted) run.stop('shutdown')
    }
  }

  private begin(lease: TaskRun['lease']): TaskRun {
    const program = this.programs.find((candidate) => candidate.taskType === lease.task.taskType)
    if (program === undefined)
      throw new Error(`the farm gave a task of type ${lease.task.taskType}, which was not offered`)
    const key = keyOf(lease.task.id, lease.fence)
    const run = new TaskRun(lease, this.client, join(this.workFolder(), key), program, this.log)
    this.runs.set(key, run)
    this.log('info', `took task ${run.id} (${lease.task.originalScheduleName}), attempt ${lease.task.attempt}`)
    const ended = run
      .run()
      .catch((error: unknown) =>
        this.log('error', `task ${run.id}: ${error instanceof Error ? error.message : String(error)}`),
      )
      .finally(() => {
        this.runs.delete(key)
        this.ended.delete(ended)
        this.log('info', `task ${run.id} is over`)
      })
    this.ended.add(ended)
    return run
  }

  /** One call renews all leases; its answer carries the orders. */
  private async renew(): Promise<void> {
    while (!this.stopping.signal.aborted || this.runs.size > 0) {
      const held = [...this.runs.values()].map((run) => ({ taskId: run.id, fence: run.lease.fence }))
      try {
        const { leases } = await this.client.call(wire.renewLeases, {
          params: { name: this.settings.CROFT_AGENT_NAME },
          body: { held },
        })
        for (const { taskId, fence, order } of leases) {
          if (order !== 'continue') this.runs.get(keyOf(taskId, fence))?.stop(order)
        }
      } catch (error) {
        if (held.length > 0)
          this.log('warn', `leases could not be renewed: ${error instanceof Error ? error.message : String(error)}`)
      }
      if (this.stopping.signal.aborted) await wait(500)
      else await this.pause(RENEW_SECONDS * 1000)
    }
  }
}
