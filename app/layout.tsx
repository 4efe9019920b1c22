import type { Metadata, Viewport } from 'next'
import { cookies } from 'next/headers'
import { getLocale, getTranslations } from 'next-intl/server'
import { SESSION_COOKIE } from '#lib/http/actor'
import { Messages } from './i18n/messages'
import { Providers } from './providers'
import './globals.css'

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('shell')
  return { title: { default: 'Croft', template: '%s · Croft' }, description: t('description') }
}
export const viewport: Viewport = { width: 'device-width', initialScale: 1 }

/** Runs before the first paint, so that the page never flashes in the other theme, and tells the next page the zone. */
const BEFORE_PAINT = `try{var t=localStorage.getItem('croft-theme');document.documentElement.dataset.theme=t==='dark'||t==='light'?t:matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light';document.cookie='croft-zone='+Intl.DateTimeFormat().resolvedOptions().timeZone+';path=/;max-age=31536000;samesite=lax'}catch(e){document.documentElement.dataset.theme='light'}`

export default async function RootLayout({ children }: { children: React.ReactNode }) {
  return (
    <html lang={await getLocale()} suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: BEFORE_PAINT }} />
      </head>
      <body>
        <Messages areas={['common', 'shell']}>
          <Providers anonymous={!(await cookies()).has(SESSION_COOKIE)}>{children}</Providers>
        </Messages>
      </body>
    </html>
  )
}
