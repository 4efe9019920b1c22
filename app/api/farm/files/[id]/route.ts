import { downloadFile } from '#lib/contract/worker'
import { download } from '#lib/http/download'
import { route } from '#lib/http/route'

export const GET = route(downloadFile, ({ ctx, params, request }) => download(ctx, params.id, request))
export const HEAD = GET
