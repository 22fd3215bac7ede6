import { importPeer } from '../harness/install.ts'

/** The part of http-message-signatures that is measured. */
export interface HttpMessageSignatures {
  readonly httpbis: {
    signMessage(config: object, message: PeerRequest): Promise<PeerRequest>
    verifyMessage(config: object, message: PeerRequest): Promise<boolean | null>
  }
  createSigner(key: Buffer, algorithm: string, id: string): object
  createVerifier(key: Buffer, algorithm: string): object
}

/** The form in which it takes requests. */
export interface PeerRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export const httpMessageSignatures = (): Promise<HttpMessageSignatures> => importPeer<HttpMessageSignatures>('http-message-signatures')
