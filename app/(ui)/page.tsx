import { getTranslations } from 'next-intl/server'
import { Messages } from '../i18n/messages'
import { Pipeline } from './pipeline'

export const generateMetadata = async () => ({ title: (await getTranslations('pipeline'))('title') })

export default function Page() {
  return (
    <Messages areas={['pipeline']}>
      <Pipeline />
    </Messages>
  )
}
