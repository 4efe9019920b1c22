import { CroftError } from '#lib/core/error'
import { errorResponse } from '#lib/http/errors'

/** What no other route serves: our own shape of error instead of a page. */
const refuse = () =>
  errorResponse(new CroftError('not_found', 'there is nothing at this address: GET /api/farm/openapi.json lists all'))

export { refuse as DELETE, refuse as GET, refuse as PATCH, refuse as POST, refuse as PUT }
