import { exportSchedules } from '#lib/contract/schedule-work'
import { route } from '#lib/http/route'
import { streamed } from '#lib/http/streamed'
import { exportSchedules as pieces } from '#lib/services/schedules/export'

const MEDIA = { csv: 'text/csv; charset=utf-8', json: 'application/json' } as const

export const GET = route(exportSchedules, ({ ctx, query: { format, ...filter } }) =>
  streamed(pieces(ctx, filter, format), { name: `schedules.${format}`, mediaType: MEDIA[format] }),
)
