/** Made by scripts/build.mjs: every route handler below app/ that needs nothing of Next, with its file's path there. */
declare module 'croft:routes' {
  const routes: readonly (readonly [string, Record<string, unknown>])[]
  export default routes
}
