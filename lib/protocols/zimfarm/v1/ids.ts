import { CroftError } from '#lib/core/error'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** An id of the path, in lower case. @throws CroftError invalid when it is no UUID (zimfarm.md §1.1) */
export function idOf(value: string | undefined): string {
  if (value === undefined || !UUID.test(value)) throw new CroftError('invalid', 'the id must be a UUID')
  return value.toLowerCase()
}
