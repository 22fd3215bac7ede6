/**
 * One word of a command line, whatever it holds: what people have called themselves must not run when somebody copies a command (CWE-78). An
 * e-mail address may well hold `|`, `&`, and backticks.
 */
export const shellWord = (text: string): string => (/^[\w@%+:,./…-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`)
