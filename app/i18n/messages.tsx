import { getLocale, getTimeZone } from 'next-intl/server'
import { load, type Area } from './load'
import { MessagesProvider } from './provider'

/** Gives what is inside the texts of these areas, besides those that it has already. */
export async function Messages({ areas, children }: { areas: readonly Area[]; children: React.ReactNode }) {
  const [locale, timeZone] = await Promise.all([getLocale(), getTimeZone()])
  return (
    <MessagesProvider locale={locale} timeZone={timeZone} messages={await load(locale, areas)}>
      {children}
    </MessagesProvider>
  )
}
