import { CroftError } from '#lib/core/error'
import type { ReadContext } from '../context'

const NAME = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+$/
/** A registry pages its answers; more tags than this nobody reads. */
const MOST_PAGES = 10
const PAGE = 1000
const MOST_BYTES = 4 * 1024 * 1024

const trouble = (why: string) => new CroftError('unavailable', `the registry of images cannot be asked: ${why}`)

async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MOST_BYTES) throw trouble('its answer is too long')
  }
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) throw trouble('its answer is no object')
  return value as Record<string, unknown>
}

/** The address where a registry hands out tokens, from its refusal: `Bearer realm="…",service="…",scope="…"`. */
function tokenAddress(challenge: string | null): URL | null {
  const fields = Object.fromEntries(
    [...(challenge ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
  )
  const { realm = '', ...query } = fields
  if (!/^bearer /i.test(challenge ?? '') || !URL.canParse(realm)) return null
  const url = new URL(realm)
  for (const key of ['service', 'scope']) if (query[key] !== undefined) url.searchParams.set(key, query[key])
  return url
}

/** A conversation with the registry about one image: it hands out a token when it asks for one. */
function talk(ctx: ReadContext, image: string) {
  if (image.length > 255 || !NAME.test(image)) throw new CroftError('invalid', 'name the image as openzim/zimit')
  const { url: registry, timeoutSeconds } = ctx.settings.imageRegistry
  const signal = AbortSignal.timeout(timeoutSeconds * 1000)
  let authorization: string | undefined

  const ask = (url: URL, accept: string) =>
    fetch(url, { headers: { accept, ...(authorization !== undefined && { authorization }) }, signal })
  return async (path: string | URL, accept = 'application/json'): Promise<Response> => {
    const url = new URL(path, registry)
    let response = await ask(url, accept)
    if (response.status === 401 && authorization === undefined) {
      await response.body?.cancel()
      const address = tokenAddress(response.headers.get('www-authenticate'))
      if (address === null) throw trouble('it wants an account')
      const { token, access_token } = await jsonOf(await fetch(address, { signal }))
      authorization = `Bearer ${String(token ?? access_token)}`
      response = await ask(url, accept)
    }
    if (response.status === 404) throw new CroftError('not_found', `the registry has no image ${image}`)
    if (!response.ok) throw trouble(`it answers ${response.status}`)
    return response
  }
}

/** Whatever goes wrong with the registry is trouble with the registry. */
async function orTrouble<T>(ctx: ReadContext, image: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof CroftError) throw error
    ctx.log.info({ err: error, image }, 'the registry of images gave no answer')
    throw trouble('it gave no answer')
  }
}

/**
 * The tags of an image, by the protocol that all registries speak (OCI distribution); public images need no account.
 * @throws CroftError invalid for no name of an image; not_found; unavailable for whatever trouble there is
 */
export async function imageTags(ctx: ReadContext, image: string): Promise<string[]> {
  const get = talk(ctx, image)
  const registry = new URL(ctx.settings.imageRegistry.url)
  return orTrouble(ctx, image, async () => {
    const tags: string[] = []
    let next: URL | null = new URL(`/v2/${image}/tags/list?n=${PAGE}`, registry)
    for (let page = 0; next !== null && page < MOST_PAGES; page++) {
      const response: Response = await get(next)
      const answer = await jsonOf(response)
      if (Array.isArray(answer.tags)) tags.push(...answer.tags.filter((tag) => typeof tag === 'string'))
      const link = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1]
      const following: URL | null = link === undefined ? null : new URL(link, next)
      next = following?.origin === registry.origin ? following : null
    }
    return tags
  })
}

const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')
const digestIn = (value: unknown): string => {
  const digest = typeof value === 'object' && value !== null && 'digest' in value ? value.digest : undefined
  if (typeof digest !== 'string') throw trouble('its answer names no digest')
  return digest
}

export type ImageVersion = { hash: string; created_at: string }

/** The digest of an image's tag, and when that image was built. @throws CroftError as imageTags */
export async function imageVersion(ctx: ReadContext, image: string, tag: string): Promise<ImageVersion> {
  const get = talk(ctx, image)
  return orTrouble(ctx, image, async () => {
    const response = await get(`/v2/${image}/manifests/${tag}`, MANIFESTS)
    const hash = response.headers.get('docker-content-digest')
    let manifest = await jsonOf(response)
    if (Array.isArray(manifest.manifests)) {
      manifest = await jsonOf(await get(`/v2/${image}/manifests/${digestIn(manifest.manifests[0])}`, MANIFESTS))
    }
    const config = digestIn(manifest.config)
    const { created } = await jsonOf(await get(`/v2/${image}/blobs/${config}`))
    if (typeof created !== 'string' || Number.isNaN(new Date(created).getTime()))
      throw trouble('its answer does not say when the image was built')
    return { hash: hash ?? config, created_at: created }
  })
}
