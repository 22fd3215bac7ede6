/** A message broker is optional, and so is its driver: without it the server must say what to install. */
export async function loadDriver<Driver>(name: string, load: () => Promise<Driver>): Promise<Driver> {
  try {
    return await load()
  } catch (error) {
    throw new Error(`COUNTERSIGN_FEED needs a package that is not installed: npm install ${name}`, { cause: error })
  }
}

/** Messages that a stream keeps: minutes of them, for readers that were away. Who was away for longer loads a snapshot. */
export const KEPT_MESSAGES = 4096
export const KEPT_MS = 600_000
/** How long a broker may take to let us in. */
export const CONNECT_TIMEOUT_MS = 3000
