'use client'

import {
  BookOpen,
  CalendarPlus,
  CalendarRange,
  Ellipsis,
  Gauge,
  Languages,
  Layers,
  ListTodo,
  LogIn,
  LogOut,
  Moon,
  Server,
  Settings,
  Sun,
  UserRound,
} from 'lucide-react'
import { useLocale, useTranslations } from 'next-intl'
import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import { useMemo, useSyncExternalStore } from 'react'
import { LinkButton, IconButton } from '#components/button'
import { Menu } from '#components/menu'
import { useCommands, type Command } from './palette/commands'
import { Palette } from './palette/palette'
import { useMay, useMe } from './queries'
import { SignInAgain } from './sign-in-again'
import { signOut } from './sign-in/auth'

const under =
  (...paths: string[]) =>
  (path: string) =>
    paths.some((one) => path === one || path.startsWith(`${one}/`))
const NAV = [
  {
    href: '/',
    key: 'pipeline',
    icon: ListTodo,
    go: 'g p',
    here: (path: string) => path === '/' || under('/tasks')(path),
  },
  { href: '/schedules', key: 'schedules', icon: CalendarRange, go: 'g s', here: under('/schedules', '/task-types') },
  { href: '/workers', key: 'workers', icon: Server, go: 'g w', here: under('/workers') },
  { href: '/dashboard', key: 'dashboard', icon: Gauge, go: 'g d', here: under('/dashboard') },
  { href: '/admin', key: 'admin', icon: Settings, go: 'g a', here: under('/admin') },
  { href: '/docs', key: 'docs', icon: BookOpen, go: 'g h', here: under('/docs') },
] as const
/** On a phone these are behind "More". */
const SECOND: readonly string[] = ['admin', 'docs']

function watchTheme(changed: () => void) {
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return () => observer.disconnect()
}

function useTheme() {
  const theme = useSyncExternalStore(
    watchTheme,
    () => document.documentElement.dataset.theme,
    () => 'light',
  )
  const next = theme === 'dark' ? ('light' as const) : ('dark' as const)
  return {
    next,
    change: () => {
      document.documentElement.dataset.theme = next
      localStorage.setItem('croft-theme', next)
    },
  }
}

/** The other language; what is typed on the page stays. */
function useLanguage() {
  const router = useRouter()
  const other = useLocale() === 'fr' ? ('en' as const) : ('fr' as const)
  return {
    other,
    change: () => {
      document.cookie = `croft-locale=${other}; path=/; max-age=31536000; samesite=lax`
      router.refresh()
    },
  }
}

/** The screens and actions that are everywhere, for the palette and the keys. */
function useShellCommands(screens: readonly (typeof NAV)[number][]) {
  const t = useTranslations('shell')
  const theme = useTheme()
  const language = useLanguage()
  const { data: me } = useMe()
  const mayCreate = useMay('schedules.create')
  const commands: Command[] = [
    ...screens.map(({ href, key, icon, go }) => ({ id: key, label: t(`nav.${key}`), icon, keys: go, href })),
    { id: 'task-types', label: t('nav.taskTypes'), icon: Layers, keys: 'g t', href: '/task-types' },
    ...(mayCreate ? [{ id: 'new', label: t('newSchedule'), icon: CalendarPlus, href: '/schedules/new' }] : []),
    {
      id: 'theme',
      label: t(theme.next === 'dark' ? 'theme.toDark' : 'theme.toLight'),
      icon: theme.next === 'dark' ? Moon : Sun,
      run: theme.change,
    },
    { id: 'language', label: t(`language.${language.other}`), icon: Languages, run: language.change },
    ...(me === undefined
      ? []
      : me === null
        ? [{ id: 'sign-in', label: t('signIn'), icon: LogIn, href: '/sign-in' }]
        : [
            { id: 'account', label: t('myAccount'), icon: UserRound, href: '/account' },
            { id: 'sign-out', label: t('signOut'), icon: LogOut, run: () => void signOut() },
          ]),
  ]
  const parts = commands.map(({ id, label }) => `${id}=${label}`).join()
  // Made anew only when something of it differs.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  useCommands(useMemo(() => commands, [parts]))
}

function Account() {
  const { data, isPending } = useMe()
  const path = usePathname()
  const t = useTranslations('shell')
  if (isPending) return <span className="h-9 w-20" />
  if (data === null || data === undefined) {
    return (
      <LinkButton icon={LogIn} href={`/sign-in?to=${encodeURIComponent(path)}`}>
        {t('signIn')}
      </LinkButton>
    )
  }
  return (
    <div className="flex items-center text-sm">
      <Link
        href="/account"
        aria-current={path === '/account' ? 'page' : undefined}
        className="icon-button aria-[current=page]:text-accent sm:w-auto sm:max-w-32 sm:px-2"
        title={t('signedInAs', { username: data.username, role: data.role })}
      >
        <UserRound aria-hidden className="size-4.5 sm:hidden" />
        <span className="sr-only">{t('myAccount')}</span>
        <span className="hidden truncate sm:inline">{data.username}</span>
      </Link>
      <IconButton label={t('signOut')} icon={LogOut} onClick={() => void signOut()} />
    </div>
  )
}

function Navigation({ screens }: { screens: readonly (typeof NAV)[number][] }) {
  const path = usePathname()
  const t = useTranslations('shell')
  const more = screens.filter(({ key }) => SECOND.includes(key))
  const look =
    'text-muted hover:text-ink aria-[current=page]:text-accent flex flex-1 flex-col items-center gap-0.5 px-1 py-2 text-[0.6875rem] font-medium sm:flex-none sm:flex-row sm:gap-1.5 sm:px-2.5 sm:text-sm xl:px-3'
  return (
    <nav
      aria-label={t('main')}
      className="border-line bg-panel fixed inset-x-0 bottom-0 z-30 flex border-t pb-[env(safe-area-inset-bottom)] sm:static sm:z-auto sm:border-0 sm:pb-0"
    >
      {screens.map(({ href, key, icon: Icon, here }) => (
        <Link
          key={key}
          href={href}
          prefetch
          aria-current={here(path) ? 'page' : undefined}
          className={`${look} ${SECOND.includes(key) ? 'hidden! sm:flex!' : ''}`}
        >
          <Icon aria-hidden className="size-4.5 sm:hidden xl:inline xl:size-4" />
          {t(`nav.${key}`)}
        </Link>
      ))}
      <div className="grid flex-1 place-items-center sm:hidden">
        <Menu
          label={t('more')}
          icon={Ellipsis}
          items={more.map(({ key, icon, href }) => ({ id: key, label: t(`nav.${key}`), icon, href }))}
        />
      </div>
    </nav>
  )
}

export function Shell({ children }: { children: React.ReactNode }) {
  const t = useTranslations('shell')
  const theme = useTheme()
  const language = useLanguage()
  const manages = useMay('users.read')
  const screens = NAV.filter(({ key }) => key !== 'admin' || manages)
  useShellCommands(screens)
  return (
    <div className="min-h-dvh pb-16 sm:pb-0">
      <a
        href="#main"
        className="button button-primary sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50"
      >
        {t('skip')}
      </a>
      <header className="border-line bg-panel sticky top-0 z-30 border-b">
        <div className="mx-auto flex h-13 max-w-7xl items-center gap-3 px-4 lg:gap-5">
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
            <span className="max-lg:sm:sr-only">Croft</span>
          </Link>
          <Navigation screens={screens} />
          <div className="ml-auto flex items-center">
            <Palette />
            <button
              type="button"
              className="icon-button text-xs font-semibold uppercase"
              lang={language.other}
              title={t(`language.${language.other}`)}
              onClick={language.change}
            >
              <span aria-hidden>{language.other}</span>
              <span className="sr-only">{t(`language.${language.other}`)}</span>
            </button>
            <IconButton
              label={t(theme.next === 'dark' ? 'theme.toDark' : 'theme.toLight')}
              icon={theme.next === 'dark' ? Moon : Sun}
              onClick={theme.change}
            />
            <Account />
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1} className="mx-auto max-w-7xl px-4 py-6 outline-none">
        {children}
      </main>
      <SignInAgain />
    </div>
  )
}
