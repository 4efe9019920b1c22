'use client'

import { NextIntlClientProvider } from 'next-intl'
import { createContext, useContext, useMemo, useSyncExternalStore } from 'react'

const Texts = createContext<Record<string, object>>({})
const never = () => () => undefined
const browserZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone

type Props = { locale: string; timeZone: string; messages: Record<string, object>; children: React.ReactNode }

/** Adds texts to those of the providers around it; times are in the browser's zone as soon as it is known. */
export function MessagesProvider({ locale, timeZone, messages, children }: Props) {
  const around = useContext(Texts)
  const all = useMemo(() => ({ ...around, ...messages }), [around, messages])
  const zone = useSyncExternalStore(never, browserZone, () => timeZone)
  return (
    <Texts value={all}>
      <NextIntlClientProvider locale={locale as 'en'} timeZone={zone} messages={all}>
        {children}
      </NextIntlClientProvider>
    </Texts>
  )
}
