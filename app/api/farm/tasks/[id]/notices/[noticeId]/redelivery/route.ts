import { redeliverNotice } from '#lib/contract/task-page'
import { route } from '#lib/http/route'
import { redeliverNotice as redeliver } from '#lib/services/notices/redeliver'

export const POST = route(redeliverNotice, ({ ctx, params }) =>
  redeliver(ctx, { taskId: params.id, noticeId: params.noticeId }),
)
