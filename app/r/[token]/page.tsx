import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { Messages } from '../../i18n/messages'
import { RequesterView } from './requester-view'

export const generateMetadata = async (): Promise<Metadata> => ({
  title: (await getTranslations('requester'))('title'),
  // The address is the key: it is told to no other site and to no search engine.
  referrer: 'no-referrer',
  robots: { index: false, follow: false },
})

export default async function Page({ params }: { params: Promise<{ token: string }> }) {
  return (
    <Messages areas={['requester']}>
      <RequesterView token={decodeURIComponent((await params).token)} />
    </Messages>
  )
}
