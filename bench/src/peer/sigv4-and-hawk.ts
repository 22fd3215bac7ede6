import { importPeer } from '../harness/install.ts'

/** The part of aws4 that is measured: it can only sign, so a verifier signs again and compares. */
export interface Aws4 {
  sign(
    request: {
      method: string
      host: string
      path: string
      service: string
      region: string
      headers: Record<string, string>
      body: string
    },
    credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
  ): { readonly headers: Readonly<Record<string, string>> }
}

/** The part of hawk that is measured. */
export interface Hawk {
  readonly server: {
    authenticate(request: object, credentials: (id: string) => object, options: object): Promise<unknown>
  }
}

export const aws4 = async (): Promise<Aws4> => (await importPeer<{ readonly default: Aws4 }>('aws4')).default
export const hawk = async (): Promise<Hawk> => (await importPeer<{ readonly default: Hawk }>('hawk')).default
