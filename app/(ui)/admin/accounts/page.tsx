import { getTranslations } from 'next-intl/server'
import { Guard } from '../guard'
import { AccountList } from './account-list'

export const generateMetadata = async () => ({ title: (await getTranslations('admin'))('sections.accounts') })

export default function Page() {
  return (
    <Guard section="accounts">
      <AccountList />
    </Guard>
  )
}
