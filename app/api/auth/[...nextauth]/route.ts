import NextAuth from 'next-auth'
import { authOptions } from '#lib/http/auth'

type Arguments = { params: Promise<{ nextauth: string[] }> }
const handler = async (request: Request, next: Arguments): Promise<Response> =>
  (NextAuth(await authOptions()) as (request: Request, next: Arguments) => Promise<Response>)(request, next)

export { handler as GET, handler as POST }
