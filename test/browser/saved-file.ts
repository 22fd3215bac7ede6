import type { Page } from 'playwright-core'

/** The text of the next file that the page hands to the browser to keep. A browser that runs as somebody else cannot put it anywhere. */
export const savedFile = (page: Page): Promise<string> =>
  page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const make = URL.createObjectURL.bind(URL)
        URL.createObjectURL = (file) => {
          if (file instanceof Blob) void file.text().then(resolve)
          return make(file)
        }
      }),
  )
