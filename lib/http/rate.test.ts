import { expect, it } from 'vitest'
import { RateLimit } from './rate'

const from = (address: string) => new Request('http://farm.example/', { headers: { 'x-forwarded-for': address } })
const refused = (call: () => void) => expect(call).toThrow(expect.objectContaining({ code: 'too_many_attempts' }))

it('refuses an address that calls too often within a minute, and no other', () => {
  const limit = new RateLimit(3)
  for (let call = 0; call < 3; call++) limit.take(from('203.0.113.1'), 1000 + call)
  refused(() => limit.take(from('203.0.113.1'), 1010))
  limit.take(from('203.0.113.2'), 1010)
  limit.take(from('203.0.113.1'), 61_001)
})

it('counts what is likely a guess for more', () => {
  const limit = new RateLimit(20)
  limit.take(from('203.0.113.1'), 0)
  limit.take(from('203.0.113.1'), 0, 9)
  limit.take(from('203.0.113.1'), 0, 10)
  refused(() => limit.take(from('203.0.113.1'), 0))
})
