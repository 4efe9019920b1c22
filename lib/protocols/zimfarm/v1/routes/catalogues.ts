import { PLATFORMS } from '#lib/core/catalogue'
import { choiceValue, type Field } from '#lib/core/task-type'
import { languagesInUse, tagsInUse } from '#lib/services/schedules/search'
import { check } from '../errors'
import { page } from '../mapper'
import { nothing, ok, type Call, type Route } from '../route'
import { languagesQuery, pageQuery } from '../wire'

const slice = <T>(items: T[], { skip, limit }: { skip: number; limit: number }) =>
  page(skip, limit, items.length, items.slice(skip, skip + limit))

const TYPES: Partial<Record<Field['type'], string>> = {
  enum: 'string-enum',
  color: 'hex-color',
  file: 'text',
  blob: 'url',
}
function typeOf({ type, list }: Field): string {
  const one = TYPES[type] ?? type
  return list === true ? `list-of-${one === 'text' || one === 'long-text' ? 'string' : one}` : one
}

/** A flag as forms read it (zimfarm.md §7.8). */
const toFlag = (field: Field) => ({
  key: field.internalKey ?? field.key.replace(/^-+/, '').replaceAll('-', '_'),
  data_key: field.key,
  type: typeOf(field),
  required: field.required === true,
  label: field.label,
  description: field.description,
  ...(field.type === 'enum' && { choices: field.choices?.map(choiceValue) ?? [] }),
  ...(field.secret === true && { secret: true }),
  ...(field.placeholder !== undefined && { placeholder: field.placeholder }),
})

const all = (items: readonly string[]) => ok(page(0, 100, items.length, [...items]))

async function offliner({ ctx, params: [id = ''] }: Call) {
  const types = await ctx.taskTypes.current()
  const definition = types.type(id)?.offliner === true ? types.definition(id) : undefined
  if (definition === undefined) return nothing(404)
  const help = `https://github.com/openzim/${id}/wiki/Frequently-Asked-Questions`
  return ok({ flags: definition.fields.map(toFlag), help })
}

const offliners = async ({ ctx }: Call) => all((await ctx.taskTypes.current()).offliners.map(({ id }) => id))

export const catalogues: Route[] = [
  {
    method: 'GET',
    path: '/languages/',
    access: 'optional',
    summary: 'The languages of the schedules',
    takes: { query: languagesQuery },
    handle: async ({ ctx, query }) => {
      const languages = await languagesInUse(ctx)
      const items = languages.map(({ code, nameEn, nameNative }) => ({
        code,
        name_en: nameEn,
        name_native: nameNative,
      }))
      return ok(slice(items, check('E3', languagesQuery, query)))
    },
  },
  {
    method: 'GET',
    path: '/tags/',
    access: 'optional',
    summary: 'The tags of the schedules',
    takes: { query: pageQuery },
    handle: async ({ ctx, query }) => ok(slice(await tagsInUse(ctx), check('E3', pageQuery, query))),
  },
  {
    method: 'GET',
    path: '/platforms/',
    access: 'optional',
    summary: 'All platforms',
    handle: () => Promise.resolve(all(PLATFORMS)),
  },
  { method: 'GET', path: '/offliners/', access: 'optional', summary: 'All offliners', handle: offliners },
  { method: 'GET', path: '/offliners/:id', access: 'optional', summary: 'The flags of an offliner', handle: offliner },
]
