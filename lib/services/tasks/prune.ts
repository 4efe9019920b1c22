import { pruneShapes } from '#lib/db/queue'
import type { Context } from '../context'

/** Forgets what the finder of work no longer needs: shapes that no waiting task has, offers that have lapsed. Safe at any time. */
export const pruneQueue = (ctx: Context): Promise<void> => pruneShapes(ctx.db, ctx.now())
