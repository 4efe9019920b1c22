import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  anyPolicy,
  anyState,
  HOSTS,
  NOW,
  PLATFORMS,
  runningOf,
  stateOf,
  taskOf,
  workerOf,
} from '#lib/testing/farm-state'
import {
  AGEING,
  decide,
  explain,
  NO_LIMITS,
  SLOT_GRACE,
  type FarmState,
  type OpenBreaker,
  type Pause,
  type Policy,
  type QueuedTask,
  type Reason,
  type WorkerState,
} from './matching'
import { add, fits, NONE, without, type ResourceName } from './resources'

const always = (check: (state: FarmState, policy: Policy) => void) =>
  fc.assert(fc.property(anyState(), anyPolicy, check), { numRuns: 500 })
const LIMIT_CODES: readonly string[] = ['platform_total', 'platform_worker', 'host_total', 'host_worker']
const taskIn = (farm: FarmState, id: string) => farm.queue.find((task) => task.id === id)

describe('decide', () => {
  it('gives no task to two workers, and only tasks that wait', () =>
    always((farm, rules) => {
      const { assignments } = decide(farm, NOW, rules)
      const ids = assignments.map((assignment) => assignment.taskId)
      expect(new Set(ids).size).toBe(ids.length)
      for (const id of ids) expect(taskIn(farm, id)).toBeDefined()
    }))

  it('loads no worker over its resources', () =>
    always((farm, rules) => {
      const { assignments } = decide(farm, NOW, rules)
      for (const worker of farm.workers) {
        const given = assignments.filter((one) => one.workerId === worker.id)
        const sum = given.reduce((total, one) => add(total, taskIn(farm, one.taskId)?.resources ?? NONE), NONE)
        expect(fits(sum, worker.available)).toBe(true)
      }
    }))

  it('gives a reason for every refusal, from every worker', () =>
    always((farm, rules) => {
      const { assignments, reasons } = decide(farm, NOW, rules)
      for (const task of farm.queue) {
        if (assignments.some((one) => one.taskId === task.id)) continue
        for (const worker of farm.workers) expect(reasons.get(task.id)?.get(worker.id)?.length ?? 0).toBeGreaterThan(0)
      }
    }))

  it('keeps the limits of platforms and hosts', () =>
    always((farm, rules) => {
      const { assignments } = decide(farm, NOW, rules)
      const check = (
        counts: (task: { platform: string | null; hosts: readonly string[] }) => boolean,
        total: number | undefined,
        perWorker: (worker: WorkerState) => number | undefined,
      ) => {
        const before = farm.running.filter(counts)
        const given = assignments.filter((one) => counts(taskIn(farm, one.taskId) ?? { platform: null, hosts: [] }))
        if (total !== undefined && given.length > 0) expect(before.length + given.length).toBeLessThanOrEqual(total)
        for (const worker of farm.workers) {
          const limit = perWorker(worker)
          const here = given.filter((one) => one.workerId === worker.id).length
          const held = before.filter((task) => task.workerId === worker.id).length
          if (limit !== undefined && here > 0) expect(held + here).toBeLessThanOrEqual(limit)
        }
      }
      for (const name of PLATFORMS) {
        check(
          (task) => task.platform === name,
          rules.platformTotals[name],
          (worker) => worker.platforms[name] ?? rules.platformPerWorker[name] ?? rules.platformPerWorker['*'],
        )
      }
      for (const name of HOSTS) {
        check(
          (task) => task.hosts.includes(name),
          rules.hostTotals[name] ?? rules.hostTotals['*'],
          () => rules.hostPerWorker[name],
        )
      }
    }))

  it('starts nothing that is paused, broken, out of service or without its context', () =>
    always((farm, rules) => {
      const { assignments } = decide(farm, NOW, rules)
      for (const { taskId, workerId } of assignments) {
        const task = taskIn(farm, taskId)
        const worker = farm.workers.find((one) => one.id === workerId)
        if (task === undefined || worker === undefined) throw new Error('there is no such task or worker')
        expect(worker).toMatchObject({ disabled: false, cordoned: false, quietUntil: null, online: true })
        if (task.context !== '') expect([null, worker.address]).toContainEqual(worker.contexts[task.context])
        const names: Record<string, readonly (string | null)[]> = {
          farm: [''],
          task_type: [task.taskType],
          platform: [task.platform],
          host: task.hosts,
          schedule: [task.schedule],
          worker: [workerId],
          image: [task.image],
        }
        for (const { scope, subject, until } of farm.pauses) {
          if (until === null || until > NOW) expect(names[scope]).not.toContain(subject)
        }
        for (const { kind, subject, retryAt, probing } of farm.breakers) {
          if (probing || retryAt > NOW) expect(names[kind]).not.toContain(subject)
        }
      }
      for (const { kind, subject } of farm.breakers) {
        const tries = assignments.filter(({ taskId, workerId }) => {
          const task = taskIn(farm, taskId)
          return kind === 'worker'
            ? workerId === subject
            : subject === (kind === 'image' ? task?.image : task?.taskType)
        })
        expect(tries.length).toBeLessThanOrEqual(1)
      }
    }))

  it('plans at most one place a task and one a worker, and none for what has started', () =>
    always((farm, rules) => {
      const { assignments, slots, reasons } = decide(farm, NOW, rules)
      expect(new Set(slots.map((slot) => slot.taskId)).size).toBe(slots.length)
      expect(new Set(slots.map((slot) => slot.workerId)).size).toBe(slots.length)
      for (const { taskId, workerId, startsAt } of slots) {
        expect(assignments.some((one) => one.taskId === taskId)).toBe(false)
        expect(reasons.get(taskId)?.get(workerId)).toContainEqual({ code: 'planned', workerId, startsAt })
      }
    }))

  it('is the same for the same question, and changes nothing', () =>
    always((farm, rules) => {
      const before = structuredClone(farm)
      expect(decide(farm, NOW, rules)).toEqual(decide(farm, NOW, rules))
      expect(farm).toEqual(before)
    }))

  it('explains a task to a worker as it decides for that worker alone', () =>
    always((any, rules) => {
      // What a worker knows of another's slot is that it stands.
      const slots = any.slots.filter((slot) => !any.workers.some((worker) => worker.id === slot.workerId))
      const farm = { ...any, slots }
      for (const task of farm.queue.slice(0, 2)) {
        const explained = explain(farm, task.id, NOW, rules)
        for (const worker of farm.workers) {
          const alone = decide({ ...farm, workers: [worker] }, NOW, rules)
          const reasons = explained.get(worker.id) ?? []
          if (alone.assignments.some((one) => one.taskId === task.id)) expect(reasons).toEqual([])
          else {
            // What is let in later may leave less room, or bring a limit to its end, but gives no other kind of reason.
            const codes = (list: readonly Reason[]) =>
              new Set(list.map(({ code }) => code).filter((code) => code !== 'busy'))
            expect(reasons.length).toBeGreaterThan(0)
            const told = codes(alone.reasons.get(task.id)?.get(worker.id) ?? [])
            expect([...codes(reasons)].filter((code) => !told.has(code))).toEqual([])
            const later = [...told].filter((code) => !codes(reasons).has(code))
            expect(later.filter((code) => !LIMIT_CODES.includes(code))).toEqual([])
          }
        }
      }
    }))
})

/** The original's rule for one poll, written down once more from zimfarm.md §8 and §19.7: at most one task. */
function original(worker: WorkerState, farm: FarmState, policy: Policy): string | null {
  const names: ResourceName[] = ['cpu', 'memory', 'disk']
  const seconds = (task: QueuedTask) => task.secondsByWorker[worker.id] ?? task.expectedSeconds
  if (worker.cordoned || worker.disabled || worker.quietUntil !== null || !worker.online) return null
  const first = farm.queue
    .filter(
      (task) =>
        names.every((name) => task.resources[name] <= worker.totals[name]) &&
        worker.taskTypes.includes(task.taskType) &&
        (task.pinnedWorkerId === worker.id || (!worker.selfish && task.pinnedWorkerId === null)) &&
        (task.notBefore === null || task.notBefore <= NOW) &&
        (task.context === '' || [null, worker.address].includes(worker.contexts[task.context] ?? null)) &&
        (task.context === '' || task.context in worker.contexts),
    )
    .sort((a, b) => b.priority - a.priority || seconds(b) - seconds(a) || a.queuedAt - b.queuedAt)
    .filter(({ platform }) => {
      if (platform === null) return true
      const all = farm.running.filter((task) => task.platform === platform)
      const limit = worker.platforms[platform] ?? policy.platformPerWorker[platform]
      const total = policy.platformTotals[platform]
      if (total !== undefined && all.length >= total) return false
      return limit === undefined || all.filter((task) => task.workerId === worker.id).length < limit
    })
  const [head, ...rest] = first
  if (head === undefined) return null
  const room = (task: QueuedTask) => names.every((name) => task.resources[name] <= worker.available[name])
  if (room(head)) return head.id
  const missing = without(head.resources, worker.available)
  const mine = farm.running.filter((task) => task.workerId === worker.id).sort((a, b) => a.endsAt - b.endsAt)
  let sum = NONE
  let until: number | null = null
  for (const task of mine) {
    sum = add(sum, task.resources)
    until = task.endsAt
    if (names.every((name) => sum[name] >= missing[name])) break
  }
  if (until === null) return null
  const limit = (until - NOW) / 1000
  return rest.find((task) => room(task) && seconds(task) <= limit)?.id ?? null
}

describe('for one worker (zimfarm.md §8, §19.7)', () => {
  it('takes first what the original would offer', () =>
    fc.assert(
      fc.property(anyState({ running: 12 }), anyPolicy, (any, rules) => {
        const worker = any.workers[0]
        if (worker === undefined) return
        const queue = any.queue.map((task, n) => ({ ...task, hosts: [], queuedAt: NOW - 1000 * n }))
        const farm = { ...any, queue, workers: [worker], pauses: [], breakers: [], slots: [] }
        const policy = { ...NO_LIMITS, platformTotals: rules.platformTotals, platformPerWorker: worker.platforms }
        expect(decide(farm, NOW, policy).assignments[0]?.taskId ?? null).toBe(original(worker, farm, policy))
      }),
      { numRuns: 2_000 },
    ))

  const half = workerOf({ available: { cpu: 2, memory: 2, disk: 2 } })
  const running = [runningOf({ resources: { cpu: 2, memory: 2, disk: 2 } })]
  const task = (id: string, cpu: number, change: Partial<QueuedTask> = {}) =>
    taskOf({ id, resources: { cpu, memory: 1, disk: 1 }, ...change })
  const given = (queue: QueuedTask[]) =>
    decide(stateOf({ workers: [half], queue, running }), NOW, NO_LIMITS).assignments.map((one) => one.taskId)

  it('takes priority before length, length before age', () => {
    expect(given([task('short', 2), task('long', 2, { expectedSeconds: 2000 })])).toEqual(['long'])
    expect(given([task('long', 2, { expectedSeconds: 2000 }), task('urgent', 2, { priority: 1 })])).toEqual(['urgent'])
    expect(given([task('young', 2), task('old', 2, { queuedAt: NOW - 1 })])).toEqual(['old'])
  })
  it('lets a small task go before a big one only if it ends before the big one can start', () => {
    const big = task('big', 4, { priority: 5 })
    expect(given([big, task('small', 1, { expectedSeconds: 500 })])).toEqual(['small'])
    expect(given([big, task('slow', 1, { expectedSeconds: 700 })])).toEqual([])
  })
  it('never runs a platform whose own limit is 0, whatever the farm allows', () => {
    const wikimedia = taskOf({ platform: 'wikimedia' })
    const ask = (platforms: Record<string, number>, perWorker: Record<string, number>) =>
      decide(stateOf({ workers: [workerOf({ platforms })], queue: [wikimedia] }), NOW, {
        ...NO_LIMITS,
        platformPerWorker: perWorker,
      }).assignments.length
    expect(ask({ wikimedia: 0 }, { wikimedia: 9 })).toBe(0)
    expect(ask({ wikimedia: 1 }, { wikimedia: 0 })).toBe(1)
    expect(ask({}, { wikimedia: 0 })).toBe(0)
    expect(ask({}, { '*': 0 })).toBe(0)
  })
  it('counts platforms and contexts that are named like properties of objects', () => {
    const queue = [taskOf({ platform: 'constructor', context: 'toString' })]
    expect(
      decide(stateOf({ workers: [workerOf()], queue }), NOW, NO_LIMITS)
        .reasons.get('t')
        ?.get('w'),
    ).toEqual([{ code: 'context', context: 'toString' }])
  })
})

describe('ageing', () => {
  const step = AGEING.stepSeconds * 1000
  const given = (queue: QueuedTask[]) => {
    const worker = workerOf({ totals: { cpu: 1, memory: 1, disk: 1 }, available: { cpu: 1, memory: 1, disk: 1 } })
    return decide(stateOf({ workers: [worker], queue }), NOW, NO_LIMITS).assignments.map((one) => one.taskId)
  }
  it('changes nothing within a step', () => {
    const old = taskOf({ id: 'old', queuedAt: NOW - step + 1 })
    expect(given([old, taskOf({ id: 'longer', expectedSeconds: 1001 })])).toEqual(['longer'])
  })
  it('puts a task that has waited a step before longer ones, and before those one priority higher', () => {
    const old = taskOf({ id: 'old', queuedAt: NOW - step })
    expect(given([old, taskOf({ id: 'longer', expectedSeconds: 9999 })])).toEqual(['old'])
    expect(given([old, taskOf({ id: 'higher', priority: 1 })])).toEqual(['old'])
    expect(given([old, taskOf({ id: 'higher', priority: 2 })])).toEqual(['higher'])
  })
  it('never overtakes a priority that is more than its most higher', () => {
    const ancient = taskOf({ id: 'ancient', queuedAt: NOW - 1000 * step })
    expect(given([ancient, taskOf({ id: 'higher', priority: AGEING.most })])).toEqual(['ancient'])
    expect(given([ancient, taskOf({ id: 'higher', priority: AGEING.most + 1 })])).toEqual(['higher'])
  })
})

describe('a planned place', () => {
  const big = taskOf({ id: 'big', priority: 1, resources: { cpu: 4, memory: 4, disk: 4 } })
  const small = (id: string, expectedSeconds: number) => taskOf({ id, expectedSeconds })
  const full = (id: string, minutes: number) => ({
    worker: workerOf({ id, name: id, available: { cpu: 2, memory: 2, disk: 2 } }),
    running: runningOf({
      id: `r-${id}`,
      workerId: id,
      resources: { cpu: 2, memory: 2, disk: 2 },
      endsAt: NOW + minutes * 60_000,
    }),
  })
  const a = full('a', 30)
  const b = full('b', 10)
  const farm = (change: Partial<FarmState>) =>
    stateOf({ workers: [a.worker, b.worker], running: [a.running, b.running], ...change })

  it('is on the one worker that can start the task first; others go on', () => {
    const { assignments, slots, reasons } = decide(farm({ queue: [big, small('long', 50_000)] }), NOW, NO_LIMITS)
    expect(slots).toEqual([{ taskId: 'big', workerId: 'b', startsAt: NOW + 600_000 }])
    expect(assignments).toEqual([{ taskId: 'long', workerId: 'a' }])
    expect(reasons.get('big')?.get('a')).toContainEqual({ code: 'planned', workerId: 'b', startsAt: NOW + 600_000 })
  })
  it('holds up nobody when some worker can start the task at once', () => {
    const free = workerOf({ id: 'c', name: 'c' })
    const { assignments } = decide(
      farm({ workers: [a.worker, b.worker, free], queue: [big, small('long', 50_000)] }),
      NOW,
      NO_LIMITS,
    )
    expect(assignments).toContainEqual({ taskId: 'big', workerId: 'c' })
    expect(assignments).toContainEqual({ taskId: 'long', workerId: 'a' })
  })
  it('lets in only what ends before it, by what was promised first', () => {
    const slots = [{ taskId: 'big', workerId: 'b', startsAt: NOW + 300_000 }]
    const alone = (queue: QueuedTask[]) =>
      decide(farm({ workers: [b.worker], queue, slots }), NOW, NO_LIMITS).assignments.map((one) => one.taskId)
    expect(alone([big, small('short', 300)])).toEqual(['short'])
    expect(alone([big, small('later', 301)])).toEqual([])
  })
  it('stays where it is unless another worker is clearly sooner', () => {
    const at = (minutes: number) =>
      decide(
        farm({
          workers: [b.worker],
          queue: [big],
          slots: [{ taskId: 'big', workerId: 'a', startsAt: NOW + minutes * 60_000 }],
        }),
        NOW,
        NO_LIMITS,
      ).slots
    expect(at(10)).toEqual([])
    expect(at(11)).toEqual([])
    expect(at(12)).toEqual([{ taskId: 'big', workerId: 'b', startsAt: NOW + 600_000 }])
  })
  it('stays as it was while its worker is given one task at a time, and what goes first needs none', () => {
    const slot = { taskId: 'big', workerId: 'a', startsAt: NOW + 600_000 }
    const urgent = { ...small('urgent', 50_000), priority: 9 }
    const one = (slots: FarmState['slots']) =>
      decide(farm({ workers: [a.worker], queue: [urgent, big], slots }), NOW, { ...NO_LIMITS, atOnce: 1 })
    expect(one([slot])).toMatchObject({ assignments: [{ taskId: 'urgent' }], slots: [slot] })
    expect(one([])).toMatchObject({ assignments: [{ taskId: 'urgent' }], slots: [] })
  })
  it('is planned anew when its worker has gone, or is long overdue', () => {
    const slot = { taskId: 'big', workerId: 'a', startsAt: NOW }
    const where = (workers: WorkerState[], startsAt: number) =>
      decide(farm({ workers, queue: [big], slots: [{ ...slot, startsAt }] }), NOW, NO_LIMITS).slots[0]?.workerId
    expect(where([{ ...a.worker, cordoned: true }, b.worker], NOW)).toBe('b')
    expect(where([b.worker], NOW - SLOT_GRACE + 1)).toBeUndefined()
    expect(where([b.worker], NOW - SLOT_GRACE)).toBe('b')
  })

  it.each([
    ['small ones', 3_000, 2_000, 120],
    ['ones of less than a minute, that the original would let in for ever', 300, 59, 8],
  ])(
    'starts a big task within a step, the longest task and a minute, under any stream of %s',
    (_, step, longest, gap) => {
      const ageing = { stepSeconds: step, most: 2 }
      const stream = fc.array(
        fc.record({
          gap: fc.nat(gap),
          seconds: fc.integer({ min: 1, max: longest }),
          cpu: fc.integer({ min: 1, max: 3 }),
        }),
        { minLength: 150, maxLength: 150 },
      )
      fc.assert(
        fc.property(
          stream,
          fc.integer({ min: 1, max: 3 }),
          fc.integer({ min: 1, max: longest }),
          fc.constantFrom(1, Infinity),
          (arrivals, size, seconds, atOnce) => {
            const policy = { ...NO_LIMITS, ageing, atOnce }
            const started = simulate(arrivals, size, seconds, policy, Math.min(longest, 500))
            expect(started).toBeLessThanOrEqual(step + gap + Math.max(longest, 60) * 1.005)
          },
        ),
        { numRuns: 40, endOnFailure: true },
      )
    },
  )
})

/** When a big task starts, in seconds, on workers that are asked in turn whenever a task comes or ends. */
function simulate(
  arrivals: { gap: number; seconds: number; cpu: number }[],
  size: number,
  seconds: number,
  policy: Policy,
  firstSeconds: number,
): number {
  const all = { cpu: 4, memory: 4, disk: 4 }
  let slots: FarmState['slots'] = []
  let queue: QueuedTask[] = [taskOf({ id: 'big', resources: all, expectedSeconds: seconds })]
  let running: (ReturnType<typeof runningOf> & { since: number; seconds: number })[] = Array.from(
    { length: size },
    (_, n) => ({
      ...runningOf({ id: `first-${n}`, workerId: `w${n}` }),
      since: NOW,
      seconds: firstSeconds,
    }),
  )
  let now = NOW
  const coming = arrivals.map((one, n) => ({ ...one, at: (now += one.gap * 1000), id: `small-${n}` }))
  while (coming.length > 0 || running.length > 0) {
    now = Math.min(coming[0]?.at ?? Infinity, ...running.map((task) => task.since + task.seconds * 1000))
    running = running.filter((task) => task.since + task.seconds * 1000 > now)
    while (coming[0] !== undefined && coming[0].at <= now) {
      const { id, cpu, seconds: long } = coming.shift() ?? { id: '', cpu: 0, seconds: 0 }
      queue.push(taskOf({ id, resources: { cpu, memory: 1, disk: 1 }, queuedAt: now, expectedSeconds: long }))
    }
    for (let n = 0; n < size;) {
      const id = `w${n}`
      const elapsed = (since: number) => (now - since) / 1000
      const state = stateOf({
        queue,
        slots,
        workers: [
          workerOf({
            id,
            available: without(
              all,
              running.filter((task) => task.workerId === id).reduce((sum, task) => add(sum, task.resources), NONE),
            ),
          }),
        ],
        running: running.map((task) => ({
          ...task,
          endsAt: now + Math.max(task.seconds - elapsed(task.since), 60) * 1005,
        })),
      })
      const answer = decide(state, now, policy)
      if (answer.assignments.some((one) => one.taskId === 'big')) return (now - NOW) / 1000
      for (const { taskId } of answer.assignments) {
        const task = queue.find((one) => one.id === taskId)
        if (task === undefined) throw new Error('what was given does not wait')
        const { resources, expectedSeconds } = task
        running.push({ ...runningOf({ id: taskId, workerId: id, resources }), since: now, seconds: expectedSeconds })
        queue = queue.filter((one) => one !== task)
      }
      const moved = new Set(answer.slots.map((slot) => slot.taskId))
      slots = [...slots.filter((slot) => slot.workerId !== id && !moved.has(slot.taskId)), ...answer.slots]
      if (answer.assignments.length < policy.atOnce) n++
    }
  }
  return Infinity
}

describe('pauses and breakers', () => {
  const pause: Pause = { id: 'p', scope: 'task_type', subject: 'zimit', reason: 'broken', author: 'ann', until: null }
  const breaker: OpenBreaker = {
    kind: 'image',
    subject: 'zimit:1',
    since: NOW - 1,
    failures: 5,
    retryAt: NOW,
    probing: false,
  }
  const queue = [taskOf({ id: 'one', image: 'zimit:1' }), taskOf({ id: 'two', image: 'zimit:1' })]
  const ask = (change: Partial<FarmState>) =>
    decide(stateOf({ workers: [workerOf()], queue, ...change }), NOW, NO_LIMITS)

  it('a paused task waits and says why, by whom and until when', () => {
    const { assignments, reasons, nextWake } = ask({ pauses: [{ ...pause, until: NOW + 5000 }] })
    expect(assignments).toEqual([])
    expect(reasons.get('one')?.get('w')).toEqual([{ code: 'paused', ...pause, until: NOW + 5000 }])
    expect(nextWake).toBe(NOW + 5000)
  })
  it('a pause ends by itself', () => expect(ask({ pauses: [{ ...pause, until: NOW }] }).assignments).toHaveLength(2))
  it('an open breaker lets nothing through until it has cooled down', () => {
    const { assignments, reasons, nextWake } = ask({ breakers: [{ ...breaker, retryAt: NOW + 1000 }] })
    expect(assignments).toEqual([])
    expect(reasons.get('two')?.get('w')).toMatchObject([{ code: 'breaker', kind: 'image', failures: 5 }])
    expect(nextWake).toBe(NOW + 1000)
  })
  it('then one task at a time may try', () => {
    const { assignments, reasons } = ask({ breakers: [breaker] })
    expect(assignments).toHaveLength(1)
    const refused = [...reasons.values()].map((byWorker): Reason[] => byWorker.get('w') ?? [])
    expect(refused).toMatchObject([[{ code: 'breaker', probing: true }]])
    expect(ask({ breakers: [{ ...breaker, probing: true }] }).assignments).toEqual([])
  })
})
