import { getTranslations } from 'next-intl/server'
import { Guard } from '../guard'
import { HeldBack } from '../../workers/held-back'

export const generateMetadata = async () => ({ title: (await getTranslations('admin'))('sections.held') })

export default function Page() {
  return (
    <Guard section="held">
      <HeldBack always />
    </Guard>
  )
}
