import { createSecretKey } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import { CroftError } from '#lib/core/error'
import type { ReadContext } from '../context'

/** Not an access token: another audience, and it names no session. */
const AUDIENCE = 'croft-requester'
const DAY = 86_400

/** Signs the address of a task's page for somebody without an account. */
export async function signLink(
  ctx: Pick<ReadContext, 'now' | 'settings'>,
  { taskId, days }: { taskId: string; days: number },
): Promise<{ token: string; expiresAt: Date; url: string }> {
  const now = Math.floor(ctx.now().getTime() / 1000)
  const exp = now + days * DAY
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience(AUDIENCE)
    .setSubject(taskId)
    .setExpirationTime(exp)
    .sign(createSecretKey(ctx.settings.secret, 'utf8'))
  const farm = ctx.settings.publicUrl.replace(/\/+$/, '')
  return { token, expiresAt: new Date(exp * 1000), url: `${farm}/r/${token}` }
}

/**
 * Which task a signed address shows.
 * @throws CroftError not_found when it is not one of ours, or its time is over
 */
export async function readLink(ctx: ReadContext, token: string): Promise<{ taskId: string; expiresAt: Date }> {
  try {
    const { payload } = await jwtVerify(token, createSecretKey(ctx.settings.secret, 'utf8'), {
      algorithms: ['HS256'],
      audience: AUDIENCE,
      requiredClaims: ['sub', 'exp'],
      currentDate: ctx.now(),
    })
    return { taskId: payload.sub ?? '', expiresAt: new Date((payload.exp ?? 0) * 1000) }
  } catch (error) {
    if (error instanceof errors.JWTExpired)
      throw new CroftError('not_found', 'the time of this link is over: ask whoever gave it to you for a new one', {
        token: ['expired'],
      })
    throw new CroftError(
      'not_found',
      'this link is not valid: look whether all of it was copied, or ask for a new one',
      {
        token: ['invalid'],
      },
    )
  }
}
