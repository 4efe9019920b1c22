import { getTranslations } from 'next-intl/server'
import { Guard } from '../guard'
import { Lists } from './lists'

export const generateMetadata = async () => ({ title: (await getTranslations('admin'))('sections.lists') })

export default function Page() {
  return (
    <Guard section="lists">
      <Lists />
    </Guard>
  )
}
