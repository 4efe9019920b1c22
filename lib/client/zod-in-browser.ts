/**
 * What stands for zod in the browser (next.config.ts): pages need the addresses and types of lib/contract, and their
 * answers come from the same build, so they are not checked again there. That leaves 40 kB out of each first page.
 * Forms must not check with zod: the linter refuses its values in `app` and `components`.
 */
const asTheyAre: Record<string, unknown> = {
  parse: (value: unknown) => value,
  parseAsync: (value: unknown) => Promise.resolve(value),
  safeParse: (data: unknown) => ({ success: true, data }),
}
/** A schema of anything: whatever is asked of it is such a schema again. */
const anything: unknown = new Proxy(() => anything, {
  get: (_, key) => (typeof key === 'symbol' ? undefined : (asTheyAre[key] ?? anything)),
})

export const z = anything
export default z
