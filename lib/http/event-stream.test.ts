import { afterAll, beforeAll, expect, it } from 'vitest'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { endWatches } from '#lib/services/events/watch'
import { requestTasks } from '#lib/services/tasks/request'
import { eventStream } from './event-stream'

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

it('ends when the process is about to stop', async () => {
  const reader = eventStream(farm.system, { task: null, after: null, signal: new AbortController().signal })
  const whole = reader.text()
  endWatches()
  expect(await whole).toContain('event: open')
})
