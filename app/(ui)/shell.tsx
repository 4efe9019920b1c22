'use client'

import { BookOpen, CalendarRange, Languages, ListTodo, LogIn, LogOut, Moon, Server, Sun } from 'lucide-react'
import Link from 'next/link'
import { useLocale, useTranslations } from 'next-intl'
import { usePathname, useRouter } from 'next/navigation'
import { signOut } from 'next-auth/react'
import { useSyncExternalStore } from 'react'
import { useMe } from './queries'

const NAV = [
  { href: '/', key: 'pipeline', icon: ListTodo, here: (path: string) => path === '/' || path.startsWith('/tasks') },
  {
    href: '/schedules',
    key: 'schedules',
    icon: CalendarRange,
    here: (path: string) => path.startsWith('/schedules') || path.startsWith('/task-types'),
  },
  { href: '/workers', key: 'workers', icon: Server, here: (path: string) => path.startsWith('/workers') },
  { href: '/docs', key: 'docs', icon: BookOpen, here: (path: string) => path.startsWith('/docs') },
] as const

function watchTheme(changed: () => void) {
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return () => observer.disconnect()
}

function ThemeSwitch() {
  const theme = useSyncExternalStore(
    watchTheme,
    () => document.documentElement.dataset.theme,
    () => 'light',
  )
  const t = useTranslations('shell.theme')
  const next = theme === 'dark' ? 'light' : 'dark'
  const change = () => {
    document.documentElement.dataset.theme = next
    localStorage.setItem('croft-theme', next)
  }
  return (
    <button
      type="button"
      className="text-muted hover:text-ink p-2"
      aria-label={t(next === 'dark' ? 'toDark' : 'toLight')}
      onClick={change}
    >
      {theme === 'dark' ? <Sun aria-hidden className="size-4" /> : <Moon aria-hidden className="size-4" />}
    </button>
  )
}

/** The other language; what is typed on the page stays. */
function LanguageSwitch() {
  const t = useTranslations('shell.language')
  const router = useRouter()
  const other = useLocale() === 'fr' ? 'en' : 'fr'
  const change = () => {
    document.cookie = `croft-locale=${other}; path=/; max-age=31536000; samesite=lax`
    router.refresh()
  }
  return (
    <button
      type="button"
      className="text-muted hover:text-ink flex items-center gap-1 p-2 text-sm"
      lang={other}
      aria-label={t(other)}
      onClick={change}
    >
      <Languages aria-hidden className="size-4" />
      <span aria-hidden className="uppercase">
        {other}
      </span>
    </button>
  )
}

function Account() {
  const { data, isPending } = useMe()
  const path = usePathname()
  const t = useTranslations('shell')
  if (isPending) return <span className="w-16" />
  if (data === null || data === undefined) {
    return (
      <Link className="button" href={`/sign-in?to=${encodeURIComponent(path)}`}>
        <LogIn aria-hidden className="size-4" /> {t('signIn')}
      </Link>
    )
  }
  return (
    <div className="flex items-center gap-1 text-sm">
      <span
        className="text-muted max-w-28 truncate"
        title={t('signedInAs', { username: data.username, role: data.role })}
      >
        {data.username}
      </span>
      <button
        type="button"
        className="text-muted hover:text-ink p-2"
        aria-label={t('signOut')}
        onClick={() => void signOut({ callbackUrl: '/sign-in' })}
      >
        <LogOut aria-hidden className="size-4" />
      </button>
    </div>
  )
}

export function Shell({ children }: { children: React.ReactNode }) {
  const path = usePathname()
  const t = useTranslations('shell')
  return (
    <div className="min-h-dvh pb-16 sm:pb-0">
      <a
        href="#main"
        className="button button-primary sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50"
      >
        {t('skip')}
      </a>
      <header className="border-line bg-panel sticky top-0 z-30 border-b">
        <div className="mx-auto flex h-13 max-w-7xl items-center gap-6 px-4">
          <Link href="/" className="flex items-center gap-2 font-semibold tracking-tight">
            <svg aria-hidden viewBox="0 0 32 32" className="size-6">
              <rect width="32" height="32" rx="8" className="fill-accent" />
              <path
                d="M6 22 16 9l10 13M10 22h12"
                fill="none"
                className="stroke-accent-ink"
                strokeWidth="3"
                strokeLinecap="round"
                strokeLinejoin="round"
              />
            </svg>
            Croft
          </Link>
          <nav
            aria-label={t('main')}
            className="border-line bg-panel fixed inset-x-0 bottom-0 flex border-t sm:static sm:border-0"
          >
            {NAV.map(({ href, key, icon: Icon, here }) => (
              <Link
                key={key}
                href={href}
                aria-current={here(path) ? 'page' : undefined}
                className="text-muted hover:text-ink aria-[current=page]:text-accent flex flex-1 flex-col items-center gap-0.5 px-3 py-2 text-xs font-medium sm:flex-row sm:gap-1.5 sm:text-sm"
              >
                <Icon aria-hidden className="size-4.5 sm:size-4" />
                {t(`nav.${key}`)}
              </Link>
            ))}
          </nav>
          <div className="ml-auto flex items-center gap-1">
            <LanguageSwitch />
            <ThemeSwitch />
            <Account />
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1} className="mx-auto max-w-7xl px-4 py-6 outline-none">
        {children}
      </main>
    </div>
  )
}
