import { z } from 'zod'
import { SCREENS } from '#lib/core/saved-view'
import { endpoint } from './endpoint'
import { id, instant, text } from './shared'

export const savedView = z.object({
  id,
  screen: z.enum(SCREENS),
  name: z.string(),
  query: z.string().describe("the query of the screen's address"),
  shared: z.boolean(),
  owner: z.string(),
  own: z.boolean(),
  updatedAt: instant,
})
const query = z
  .string()
  .max(2000)
  .regex(/^[^#?\s]*$/, "must be the query of an address, without its '?'")
export const listViews = endpoint({
  method: 'GET',
  path: '/views',
  tag: 'Views',
  summary: 'The saved views of a screen: your own, and those that are shared',
  access: 'signed_in',
  query: z.object({ screen: z.enum(SCREENS) }),
  response: z.object({ items: z.array(savedView) }),
})
export const saveView = endpoint({
  method: 'PUT',
  path: '/views',
  tag: 'Views',
  summary: 'Save a view under a name; your own of that name is replaced',
  description: 'Sharing needs requests.create or schedules.update.',
  access: 'signed_in',
  body: z.strictObject({ screen: z.enum(SCREENS), name: text(80), query, shared: z.boolean().default(false) }),
  response: savedView,
})
export const deleteView = endpoint({
  method: 'DELETE',
  path: '/views/{id}',
  tag: 'Views',
  summary: 'Delete a view: your own, or with users.update a shared one',
  access: 'signed_in',
  params: z.object({ id }),
  status: 204,
})
