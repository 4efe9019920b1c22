import { getTranslations } from 'next-intl/server'
import { Messages } from '../../i18n/messages'
import { OwnAccount } from './own-account'

export const generateMetadata = async () => ({ title: (await getTranslations('admin.account'))('title') })

export default function Page() {
  return (
    <Messages areas={['admin']}>
      <OwnAccount />
    </Messages>
  )
}
