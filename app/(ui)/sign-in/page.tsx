import { getTranslations } from 'next-intl/server'
import { SignInForm } from './sign-in-form'

export const generateMetadata = async () => ({ title: (await getTranslations('shell.signInPage'))('title') })

export default function Page() {
  return <SignInForm />
}
