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

/**
 * The tags of an image, by the protocol that all registries speak (OCI distribution); public images need no account.
 * @throws CroftError invalid for no name of an image; not_found; unavailable for whatever trouble there is
 */
export async function imageTags(ctx: ReadContext, image: string): Promise<string[]> {
  if (image.length > 255 || !NAME.test(image)) throw new CroftError('invalid', 'name the image as openzim/zimit')
  const { url: registry, timeoutSeconds } = ctx.settings.imageRegistry
  const signal = AbortSignal.timeout(timeoutSeconds * 1000)
  const headers: Record<string, string> = { accept: 'application/json' }
  const tags: string[] = []
  try {
    let next: URL | null = new URL(`/v2/${image}/tags/list?n=${PAGE}`, registry)
    for (let page = 0; next !== null && page < MOST_PAGES; page++) {
      let response: Response = await fetch(next, { headers, signal })
      if (response.status === 401 && headers.authorization === undefined) {
        await response.body?.cancel()
        const address = tokenAddress(response.headers.get('www-authenticate'))
        if (address === null) throw trouble('it wants an account')
        const { token, access_token } = await jsonOf(await fetch(address, { signal }))
        headers.authorization = `Bearer ${String(token ?? access_token)}`
        response = await fetch(next, { headers, signal })
      }
      if (response.status === 404) throw new CroftError('not_found', `the registry has no image ${image}`)
      if (!response.ok) throw trouble(`it answers ${response.status}`)
      const answer = await jsonOf(response)
      if (Array.isArray(answer.tags)) tags.push(...answer.tags.filter((tag) => typeof tag === 'string'))
      const link = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1]
      const following: URL | null = link === undefined ? null : new URL(link, next)
      next = following?.origin === new URL(registry).origin ? following : null
    }
    return tags
  } catch (error) {
    if (error instanceof CroftError) throw error
    ctx.log.info({ err: error, image }, 'the registry of images gave no answer')
    throw trouble('it gave no answer')
  }
}
