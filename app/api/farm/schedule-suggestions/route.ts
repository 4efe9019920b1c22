import { scheduleSuggestions } from '#lib/contract/schedule-work'
import { route } from '#lib/http/route'
import { suggestions } from '#lib/services/schedules/suggest'

export const GET = route(scheduleSuggestions, ({ ctx }) => suggestions(ctx))
