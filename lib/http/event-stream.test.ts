import { afterAll, beforeAll, expect, it } from 'vitest'
import { ANONYMOUS, scopeOf, type Actor } from '#lib/core/access'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { endWatches } from '#lib/services/events/watch'
import { requestTasks } from '#lib/services/tasks/request'
import { eventStream } from './event-stream'
import { SEATS, takeSeat } from './stream-seats'

let farm: TestFarm
beforeAll(async () => {
  farm = await testFarm()
  await farm.schedule()
})
afterAll(() => farm.close())

it('tells of a change, resumes after the last one that was seen, and ends when it must', async () => {
  const open = (after: string | null) => {
    const stop = new AbortController()
    const reader = eventStream(farm.system, { task: null, after, signal: stop.signal }).body?.getReader()
    let text = ''
    const read = async (until: RegExp | null) => {
      for (;;) {
        if (until?.test(text) === true) return text
        const part = await reader?.read()
        if (part?.done !== false) return text
        text += new TextDecoder().decode(part.value)
      }
    }
    return { stop, read }
  }
  const first = open(null)
  const cursor = /^id: (.+)$/m.exec(await first.read(/event: open/))?.[1] ?? ''
  await requestTasks(farm.system, { schedules: ['handbook'] })
  expect(await first.read(/task\.requested/)).toContain('event: change')
  first.stop.abort()
  await first.read(null)

  const second = open(cursor)
  expect(await second.read(/task\.requested/)).toContain('event: change')
  second.stop.abort()
  await second.read(null)
})

it('keeps what happens to accounts from those who may not read accounts', async () => {
  const kinds = ['account.signed_in', 'task.noted']
  await farm.system.db.event.createMany({ data: kinds.map((kind) => ({ at: new Date(), kind, actor: 'jo' })) })
  const seen = async (actor: Actor) => {
    const stop = new AbortController()
    const reader = eventStream({ ...farm.system, actor }, { task: null, after: '0-0', signal: stop.signal }).body
    let text = ''
    for await (const part of reader as unknown as AsyncIterable<Uint8Array>) {
      text += new TextDecoder().decode(part)
      if (text.includes('"kind":"task.noted"')) break
    }
    stop.abort()
    return [...text.matchAll(/"kind":"(\w+)\./g)].map(([, noun]) => noun)
  }
  expect(await seen({ kind: 'system', username: 'croft' })).toContain('account')
  const account = { kind: 'account', accountId: 'x', username: 'x', sessionId: null } as const
  expect(await seen({ ...account, role: 'admin', scope: scopeOf('admin') })).toContain('account')
  for (const actor of [ANONYMOUS, { ...account, role: 'editor', scope: scopeOf('editor') }]) {
    const nouns = await seen(actor)
    expect(nouns).toContain('task')
    expect(nouns).not.toContain('account')
  }
})

it('stops writing for a reader that does not read, and loses nothing', async () => {
  const stop = new AbortController()
  const { body } = eventStream(farm.system, { task: null, after: null, signal: stop.signal })
  const reader = body?.getReader()
  await reader?.read()
  const rows = Array.from({ length: 1_000 }, (_, n) => ({ at: new Date(), kind: 'blob.saved', actor: `reader ${n}` }))
  await farm.system.db.event.createMany({ data: rows })
  let text = ''
  while (!text.includes('reader 999"')) {
    const part = await reader?.read()
    if (part?.done !== false) break
    text += new TextDecoder().decode(part.value)
  }
  expect([...text.matchAll(/"actor":"reader \d+"/g)]).toHaveLength(1_000)
  stop.abort()
})

it('gives an address without account so many streams and no more, and a seat back when one ends', () => {
  const leave = Array.from({ length: SEATS.address }, () => takeSeat(ANONYMOUS, '192.0.2.1'))
  expect(() => takeSeat(ANONYMOUS, '192.0.2.1')).toThrow(/20 live streams open already/)
  takeSeat(ANONYMOUS, '192.0.2.2')()
  leave[0]?.()
  leave[0]?.()
  takeSeat(ANONYMOUS, '192.0.2.1')
  expect(() => takeSeat(ANONYMOUS, '192.0.2.1')).toThrow(/sign in/)
})

it('ends when the process is about to stop', async () => {
  const reader = eventStream(farm.system, { task: null, after: null, signal: new AbortController().signal })
  const whole = reader.text()
  endWatches()
  expect(await whole).toContain('event: open')
})
