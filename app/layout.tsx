import type { Metadata, Viewport } from 'next'
import { Providers } from './providers'
import './globals.css'

export const metadata: Metadata = { title: { default: 'Croft', template: '%s · Croft' }, description: 'A task farm' }
export const viewport: Viewport = { width: 'device-width', initialScale: 1 }

/** Runs before the first paint, so that the page never flashes in the other theme. */
const THEME = `try{var t=localStorage.getItem('croft-theme');document.documentElement.dataset.theme=t==='dark'||t==='light'?t:matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light'}catch(e){document.documentElement.dataset.theme='light'}`

export default function RootLayout({ children }: { children: React.ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: THEME }} />
      </head>
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  )
}
