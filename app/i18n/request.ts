import { getRequestConfig } from 'next-intl/server'
import { cookies, headers } from 'next/headers'
import { isLocale, localeFor } from '#lib/core/locale'
import { AREAS, load } from './load'

const isZone = (zone: string) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) instanceof Intl.DateTimeFormat
  } catch {
    return false
  }
}

/** The reader's language (their choice, else their browser's) and time zone (told by the browser's cookie). */
export default getRequestConfig(async () => {
  const jar = await cookies()
  const chosen = jar.get('croft-locale')?.value
  const locale = isLocale(chosen) ? chosen : localeFor((await headers()).get('accept-language'))
  const zone = jar.get('croft-zone')?.value
  return {
    locale,
    messages: await load(locale, AREAS),
    timeZone: zone !== undefined && isZone(zone) ? zone : 'UTC',
  }
})
