import { describe, expect, it } from 'vitest'
import { readEnv } from './env'

describe('who is told of every task', () => {
  it('is read by occasion and channel', () => {
    const env = readEnv({
      GLOBAL_NOTIFICATION_ended: 'mailgun,ops@example.org, it@example.org|slack,#farm,@kim',
      GLOBAL_NOTIFICATION_started: 'webhook,https://example.org/hook?a=1',
    })
    expect(env.globalNotification).toEqual({
      started: { webhook: ['https://example.org/hook?a=1'] },
      ended: { mailgun: ['ops@example.org', 'it@example.org'], slack: ['#farm', '@kim'] },
    })
    expect(env.warnings).toEqual([])
  })
  it('is warned of a way that there is not, and goes on without it', () => {
    const env = readEnv({ GLOBAL_NOTIFICATION_ended: 'pigeon,loft|slack,#farm' })
    expect(env.globalNotification).toEqual({ ended: { slack: ['#farm'] } })
    expect(env.warnings).toEqual([expect.stringMatching(/GLOBAL_NOTIFICATION_ended.*pigeon/)])
  })
  it.each(['mailgun,nobody', 'mailgun,a@b.org <c@d.org>', 'webhook,ftp://example.org', 'slack,# farm'])(
    'is refused as %s, by its name and without its value',
    (value) => {
      expect(() => readEnv({ GLOBAL_NOTIFICATION_requested: value })).toThrow(
        /^GLOBAL_NOTIFICATION_requested: .* must be/,
      )
      expect(() => readEnv({ GLOBAL_NOTIFICATION_requested: value })).not.toThrow(value)
    },
  )
})
