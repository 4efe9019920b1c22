export function fail(text: string): never
export function ensureDependencies(): Promise<void>
export function ensureBuild(): Promise<void>
export function ensureSystemPackages(
  packages: Record<string, string>,
  otherwise: string,
  options?: { required?: boolean },
): Promise<void>
