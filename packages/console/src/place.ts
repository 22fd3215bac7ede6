import { useLocation } from 'wouter'

/** The path below where the server stands, without a slash at its end: `/console/users`. */
export function useRoutePath(): string {
  const [path] = useLocation()
  return path.replace(/\/+$/, '')
}
