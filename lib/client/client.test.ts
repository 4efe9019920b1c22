import { expect, it } from 'vitest'
import { whoAmI } from '#lib/contract/session'
import { createClient } from './client'

it.each(['<!doctype html>', '{}', '{"username":1}', ''])(
  'says in one line that it does not understand %j',
  async (text) => {
    const client = createClient({ url: 'http://farm', fetch: () => Promise.resolve(new Response(text)) })
    const error = await client.call(whoAmI).then(
      () => null,
      (reason: Error) => reason.message,
    )
    expect(error).toMatch(/^the answer to GET \/session is not understood .*same version\?$/)
  },
)
