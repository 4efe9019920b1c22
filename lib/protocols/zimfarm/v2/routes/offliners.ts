import { CroftError } from '#lib/core/error'
import { dateV2 } from '#lib/core/task-document-v2'
import { createTaskType } from '#lib/services/task-types/create'
import { getVersion, typeOf } from '#lib/services/task-types/get'
import { admitVersion, postVersion } from '#lib/services/task-types/versions'
import type { Context } from '#lib/services/context'
import { check, orNotFound } from '../errors'
import { pageOf } from '../mapper'
import { nothing, ok, type Call, type Route } from '../route'
import { baseModelOf, readSpec, toDefinition, toFlag, toSpec } from '../spec'
import { newOffliner, newVersion, pageQuery } from '../wire'

async function offliner(ctx: Context, id: string) {
  const type = await orNotFound('Offliner not found', typeOf(ctx, id))
  if (!type.offliner) throw new CroftError('not_found', 'Offliner not found')
  return type
}

async function version(ctx: Context, id: string, name: string) {
  const type = await offliner(ctx, id)
  return { type, version: await orNotFound('Offliner definition not found', getVersion(ctx, id, name)) }
}

async function list({ ctx, query }: Call) {
  const paging = check(pageQuery, query)
  const { offliners } = await ctx.taskTypes.current()
  return ok(
    pageOf(
      paging,
      offliners.map(({ id }) => id),
    ),
  )
}

/** `ci_secret_hash` is the secret itself, in spite of its name; it is kept as a hash (zimfarm.md §18.2). */
async function create({ ctx, body }: Call) {
  const wire = check(newOffliner, await body())
  await createTaskType(ctx, {
    id: wire.offliner_id,
    baseModel: wire.base_model,
    dockerImage: wire.docker_image_name.replace(/^ghcr\.io\//, ''),
    command: wire.command_name,
    ciSecret: wire.ci_secret_hash ?? null,
  })
  return nothing(201)
}

async function versions({ ctx, params: [id = ''], query }: Call) {
  const paging = check(pageQuery, query)
  const type = await offliner(ctx, id)
  return ok(pageOf(paging, [...type.versions.keys()].reverse()))
}

/** Creates or replaces; whoever knows the offliner's secret may (zimfarm.md §18.2). */
async function post({ ctx, params: [id = ''], body }: Call) {
  const wire = check(newVersion, await body())
  const type = await offliner(ctx, id)
  await admitVersion(ctx, id, wire.ci_secret)
  const spec = readSpec(wire.spec)
  await postVersion(ctx, {
    taskType: id,
    version: wire.version,
    definition: toDefinition(type, spec),
    spec: wire.spec,
    ciSecret: wire.ci_secret,
  })
  return nothing(201)
}

async function read({ ctx, params: [id = '', name = ''] }: Call) {
  const { version: found } = await version(ctx, id, name)
  const help = `https://github.com/openzim/${id}/wiki/Frequently-Asked-Questions`
  return ok({ flags: found.definition.fields.map(toFlag), help })
}

async function spec({ ctx, params: [id = '', name = ''] }: Call) {
  const { type, version: found } = await version(ctx, id, name)
  return ok({
    offliner: id,
    version: found.version,
    created_at: dateV2(found.createdAt),
    schema: found.spec ?? toSpec(found.definition, baseModelOf(type)),
  })
}

export const offliners: Route[] = [
  { method: 'GET', path: '/offliners', access: 'optional', handle: list },
  { method: 'POST', path: '/offliners', access: 'offliners.create', handle: create },
  { method: 'GET', path: '/offliners/:id/versions', access: 'optional', handle: versions },
  { method: 'POST', path: '/offliners/:id/versions', access: 'open', handle: post },
  { method: 'GET', path: '/offliners/:id/:version', access: 'optional', handle: read },
  { method: 'GET', path: '/offliners/:id/:version/spec', access: 'optional', handle: spec },
]
