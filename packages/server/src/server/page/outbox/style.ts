export const outboxStyle: string = `
:root { color-scheme: light dark; --ink: light-dark(#1b1f27, #e9ecf2); --soft: light-dark(#5b6472, #a3adbd); --line: light-dark(#d5d9df, #39404c);
  --paper: light-dark(#f6f7f9, #12151b); --card: light-dark(#ffffff, #1a1f28); --accent: light-dark(#0b5f4c, #6fd3b5); }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem 1rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: min(100%, 48rem); margin: 0 auto; }
h1 { margin: 0 0 .5rem; font-size: 1.375rem; line-height: 1.3; overflow-wrap: anywhere; }
h2 { margin: 1.5rem 0 .5rem; font-size: 1rem; }
a { color: var(--accent); }
.hint, .facts { color: var(--soft); font-size: .875rem; overflow-wrap: anywhere; }
.hint { margin: 0 0 1.25rem; }
ul { margin: 0; padding: 0; list-style: none; border-top: 1px solid var(--line); }
li { display: grid; gap: .125rem; padding: .75rem 0; border-bottom: 1px solid var(--line); }
pre { margin: 0; padding: 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--card); font: .875rem/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
iframe { display: block; width: 100%; height: 36rem; border: 1px solid var(--line); border-radius: 8px; background: Canvas; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`
