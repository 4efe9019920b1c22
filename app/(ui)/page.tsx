export default function Page() {
  return <p>Croft</p>
}
