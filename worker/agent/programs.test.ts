import { describe, expect, it } from 'vitest'
import { programs } from './programs'
import { readSettings } from './settings'

const [zimwriterfs] = programs(readSettings({ CROFT_TOKEN: 'croft_x' }), () => null)

describe('what a program says at its end', () => {
  const verdict = '{"reasonCode":"network","reasonText":"no answer"}'
  it('is the reason of the failure, and no line of the log', () => {
    expect(zimwriterfs?.failure(1, verdict)).toEqual({ reasonCode: 'network', reasonText: 'no answer' })
    expect(zimwriterfs?.speaksToAgent(verdict)).toBe(true)
  })
  it.each(['', 'Segmentation fault', '{"reasonCode":"invented","reasonText":"x"}', '{"reasonCode"', '{"a":1}'])(
    'is a line like others when it is no reason: %s',
    (line) => {
      expect(zimwriterfs?.failure(7, line)).toEqual({ reasonCode: 'exit_code', reasonText: 'the program ended with 7' })
      expect(zimwriterfs?.failure(137, line)?.reasonCode).toBe('oom')
      expect(zimwriterfs?.speaksToAgent(line)).toBe(false)
    },
  )
})
