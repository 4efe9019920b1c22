import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { Unreachable, type Client } from '#lib/client/client'
import type { Input } from '#lib/contract/endpoint'
import * as wire from '#lib/contract/worker'
import { progress as progressSchema } from '#lib/contract/task'
import { CroftError } from '#lib/core/error'
import type { Progress, ReasonCode, Stage } from '#lib/core/task'
import type { Ending, LogLine, Usage } from './executors/executor'
import { processExecutor } from './executors/process'
import { LogShipper } from './log-shipper'
import type { Lease, Made, Program } from './programs'
import type { AgentLog } from './log'

/** Over half a minute. What cannot be reached is tried for as long as the lease lives. */
const UPLOAD_TRIES = 5

export type Why = 'cancel' | 'lost' | 'shutdown'
type Failure = { reasonCode: ReasonCode; reasonText: string }

/** One lease, from its take to the report of its end. Calls to the farm are repeated until they are answered. */
export class TaskRun {
  readonly stopper = new AbortController()
  private why: Why | null = null
  private usage: Usage | null = null

  constructor(
    readonly lease: Lease,
    private readonly client: Client,
    private readonly folder: string,
    private readonly program: Program,
    private readonly log: AgentLog,
  ) {}

  get id() {
    return this.lease.task.id
  }

  /** Ends the work early. */
  stop(why: Why): void {
    if (this.why !== null && this.why !== 'shutdown') return
    this.why = why
    this.stopper.abort()
  }

  /** Repeats a call until the farm answers; a refusal because the lease is gone ends the run. False when there is nobody to tell. */
  private async tell(call: () => Promise<unknown>): Promise<boolean> {
    for (let attempt = 0; ; attempt++) {
      if (this.why === 'lost') return false
      try {
        await call()
        return true
      } catch (error) {
        if (error instanceof CroftError && error.code !== 'unavailable') {
          if (error.code === 'lease_lost' || error.code === 'not_found') this.stop('lost')
          else this.log('warn', `the farm refused a report on task ${this.id}: ${error.message}`)
          return false
        }
        if (!(error instanceof Unreachable) && !(error instanceof CroftError)) throw error
        if (this.why === 'shutdown' && attempt >= 5) return false
        await wait(Math.min(250 * 2 ** attempt, 5_000))
      }
    }
  }

  async run(): Promise<void> {
    const { task, fence } = this.lease
    const params = { id: task.id }
    const logs = new LogShipper((chunk, lines) =>
      this.tell(() => this.client.call(wire.appendLog, { params, body: { fence, chunk, lines } })),
    )
    const note = (text: string) => logs.add({ stream: 'agent', at: new Date().toISOString(), text })
    const over = new AbortController()
    let ending: Failure | 'succeeded' | null = null
    let exitCode: number | null = null
    try {
      if (!(await this.tell(() => this.client.call(wire.reportStart, { params, body: { fence } })))) return
      await this.stage('preparing')
      await note(`attempt ${task.attempt} of ${task.maxAttempts}`)
      await rm(this.folder, { recursive: true, force: true })
      await mkdir(this.folder, { recursive: true, mode: 0o700 })
      const work = await this.program.prepare(this.lease, this.folder)
      await this.stage('running')
      const following = this.follow(over.signal)
      const ended = await processExecutor.run(
        {
          ...work,
          folder: this.folder,
          memory: task.resources.memory,
          disk: task.resources.disk,
          timeLimit: task.config.timeLimit,
        },
        {
          stop: this.stopper.signal,
          onLine: (line: LogLine) =>
            line.stream === 'stderr' && this.program.speaksToAgent(line.text) ? undefined : logs.add(line),
          onUsage: (usage) => {
            this.usage = usage
          },
        },
      )
      over.abort()
      await following
      exitCode = ended.kind === 'exited' ? ended.exitCode : null
      ending = await this.conclude(ended, note)
    } catch (error) {
      ending = { reasonCode: 'agent_error', reasonText: error instanceof Error ? error.message : String(error) }
    } finally {
      over.abort()
    }
    if (ending !== null && ending !== 'succeeded') await note(`failed: ${ending.reasonText}`)
    if (this.why === 'cancel') await note('stopped, because the task was canceled')
    await logs.close()
    await this.report(ending, exitCode)
    await rm(this.folder, { recursive: true, force: true })
  }

  private async conclude(
    ended: Ending,
    note: (text: string) => void | Promise<void>,
  ): Promise<Failure | 'succeeded' | null> {
    if (ended.kind === 'stopped') return null
    if (ended.kind === 'killed') return { reasonCode: ended.reasonCode, reasonText: ended.reasonText }
    if (ended.exitCode !== 0) return this.program.failure(ended.exitCode, ended.lastError)
    await this.stage('uploading')
    for (const made of await this.program.files(this.folder)) {
      await note(`uploading ${made.name}`)
      const failure = await this.upload(made)
      if (this.why !== null) return null
      if (failure !== null) return failure
      await note(`uploaded ${made.name}`)
    }
    return 'succeeded'
  }

  private async stage(stage: Stage): Promise<void> {
    const body = { fence: this.lease.fence, stage }
    await this.tell(() => this.client.call(wire.reportProgress, { params: { id: this.id }, body }))
  }

  /** Tells progress and measured resources when they have changed, about once a second. */
  private async follow(over: AbortSignal): Promise<void> {
    let told = ''
    const once = async () => {
      const progress = await this.progress()
      const now = JSON.stringify([progress, this.usage])
      if (now === told || this.why === 'lost') return
      told = now
      const body = {
        fence: this.lease.fence,
        ...(progress !== null && { progress }),
        ...(this.usage !== null && { stats: this.usage }),
      }
      await this.tell(() => this.client.call(wire.reportProgress, { params: { id: this.id }, body }))
    }
    while (!over.aborted) {
      await once()
      await wait(700, undefined, { signal: over }).catch(() => undefined)
    }
    await once()
  }

  private async progress(): Promise<Progress | null> {
    const text = await readFile(join(this.folder, 'progress.json'), 'utf8').catch(() => null)
    if (text === null) return null
    try {
      const parsed = progressSchema.safeParse(JSON.parse(text))
      return parsed.success ? parsed.data : null
    } catch {
      return null
    }
  }

  private async upload({ name, check }: Made): Promise<Failure | null> {
    const path = join(this.folder, 'output', name)
    const { size } = await stat(path)
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    const query = { fence: this.lease.fence, size, sha256: hash.digest('hex') }
    const params = { id: this.id, filename: name }
    const send = () =>
      this.client.call(wire.uploadFile, {
        params,
        query,
        body: Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>,
        signal: this.stopper.signal,
      })
    // One that is refused, because it was cut off or arrived damaged, is sent again: the product is not lost for that.
    let sent = await this.tell(send)
    for (let attempt = 1; !sent && this.why === null && attempt < UPLOAD_TRIES; attempt++) {
      await wait(1000 * 2 ** attempt, undefined, { signal: this.stopper.signal }).catch(() => undefined)
      sent = await this.tell(send)
    }
    if (!sent) return { reasonCode: 'upload_failed', reasonText: `${name} could not be uploaded` }
    if (check !== null)
      await this.tell(() => this.client.call(wire.reportCheck, { params, body: { fence: this.lease.fence, check } }))
    return null
  }

  private async report(ending: Failure | 'succeeded' | null, exitCode: number | null): Promise<void> {
    if (this.why === 'lost') return
    const { fence } = this.lease
    const body: Input<typeof wire.reportOutcome.body> =
      this.why === 'cancel'
        ? { fence, outcome: 'canceled' }
        : ending === 'succeeded'
          ? { fence, outcome: 'succeeded', exitCode: 0 }
          : ending !== null
            ? { fence, outcome: 'failed', ...ending, exitCode }
            : { fence, outcome: 'interrupted', reasonText: 'the agent was stopped' }
    await this.tell(() => this.client.call(wire.reportOutcome, { params: { id: this.id }, body }))
  }
}
