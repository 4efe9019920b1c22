import type { AuthOptions } from 'next-auth'
import CredentialsProvider from 'next-auth/providers/credentials'
import { ANONYMOUS } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { actorOfSession, revokeSession } from '#lib/services/accounts/session'
import { signIn } from '#lib/services/accounts/sign-in'
import type { Context } from '#lib/services/context'
import { runtime } from '#lib/services/runtime'
import { SESSION_COOKIE } from './actor'

/** The browser's sign-in: the cookie names a session row, so that it ends when the row is revoked. */
export async function authOptions(): Promise<AuthOptions> {
  const { context, env } = await runtime()
  const ctx: Context = { ...context, actor: ANONYMOUS }
  const secure = env.CROFT_URL?.startsWith('https:') === true
  return {
    secret: ctx.settings.secret,
    pages: { signIn: '/sign-in', error: '/sign-in' },
    session: { strategy: 'jwt', maxAge: 30 * 86_400 },
    cookies: {
      sessionToken: { name: SESSION_COOKIE, options: { httpOnly: true, sameSite: 'lax', path: '/', secure } },
    },
    logger: { error: (code) => ctx.log.warn({ code }, 'sign-in'), warn: () => undefined, debug: () => undefined },
    providers: [
      CredentialsProvider({
        credentials: { username: {}, password: {} },
        async authorize(credentials, request) {
          const header = (name: string) => {
            const value = (request.headers as Record<string, unknown> | undefined)?.[name]
            return typeof value === 'string' ? value : null
          }
          try {
            const { sessionId, actor } = await signIn(ctx, {
              username: credentials?.username.slice(0, 200) ?? '',
              password: credentials?.password.slice(0, 1000) ?? '',
              kind: 'browser',
              ip: header('x-forwarded-for'),
              userAgent: header('user-agent'),
            })
            return { id: actor.accountId, name: actor.username, sid: sessionId }
          } catch (error) {
            if (error instanceof CroftError) throw new Error(error.message, { cause: error })
            throw error
          }
        },
      }),
    ],
    callbacks: {
      jwt: ({ token, user }) =>
        'sid' in (user ?? {}) ? { ...token, sid: (user as unknown as { sid: string }).sid } : token,
      async session({ session, token }) {
        const actor = typeof token.sid === 'string' ? await actorOfSession(ctx, token.sid).catch(() => null) : null
        return actor === null ? { expires: new Date(0).toISOString() } : { ...session, user: { name: actor.username } }
      },
    },
    events: {
      async signOut({ token }) {
        if (typeof token.sid === 'string') await revokeSession(ctx, token.sid)
      },
    },
  }
}
