import { s3Storage } from './s3'
import type { Storage } from './storage'

/** Whether a key leads to a bucket that workers write to by themselves. */
export const isElsewhere = (key: string) => key.startsWith('//')

/**
 * A storage that also reaches other buckets: keys such as `//host/bucket/key` lead there, all others to `own`.
 * A bucket's client is made at its first use. What workers put there by themselves is published there: the farm reads it,
 * and never removes it.
 */
export function withBuckets(own: Storage, addresses: Record<string, string>): Storage {
  const opened = new Map<string, Storage>()
  const storageFor = (key: string): { storage: Storage; inner: string } => {
    const name = /^\/\/[^/]+\/[^/]+/.exec(key)?.[0]
    if (name === undefined) return { storage: own, inner: key }
    const address = addresses[name]
    if (address === undefined) throw new Error(`the bucket ${name} is not among the settings any more`)
    const storage = opened.get(name) ?? s3Storage(address)
    opened.set(name, storage)
    return { storage, inner: key.slice(name.length + 1) }
  }
  const to =
    <A extends unknown[], R>(call: (storage: Storage, key: string, ...rest: A) => Promise<R>) =>
    async (key: string, ...rest: A): Promise<R> => {
      const { storage, inner } = storageFor(key)
      return call(storage, inner, ...rest)
    }
  return {
    put: to((storage, key, ...rest: [Parameters<Storage['put']>[1], number]) => storage.put(key, ...rest)),
    open: to((storage, key, range?: Parameters<Storage['open']>[1]) => storage.open(key, range)),
    size: to((storage, key) => storage.size(key)),
    remove: (key) => (isElsewhere(key) ? Promise.resolve() : own.remove(key)),
    draft: to((storage, key) => storage.draft(key)),
    discard: to((storage, key) => storage.discard(key)),
  }
}
