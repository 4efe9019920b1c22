import { Shell } from './shell'

export default function UiLayout({ children }: { children: React.ReactNode }) {
  return <Shell>{children}</Shell>
}
