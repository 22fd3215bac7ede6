export const setupStyle: string = `
:root { color-scheme: light dark; --ink: light-dark(#1b1f27, #e9ecf2); --soft: light-dark(#5b6472, #a3adbd); --line: light-dark(#8a93a2, #6c7789);
  --paper: light-dark(#f6f7f9, #12151b); --card: light-dark(#ffffff, #1a1f28); --accent: light-dark(#2f5bd8, #8fadff); --accent-ink: light-dark(#ffffff, #0f1625);
  --danger: light-dark(#a3232f, #ff9aa2); }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100dvh; display: grid; place-items: center; padding: 1rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: min(100%, 26rem); padding: 2rem; border-radius: 14px; background: var(--card); }
h1 { margin: 0 0 1.25rem; font-size: 1.375rem; line-height: 1.3; }
label { display: block; margin-top: 1rem; font-weight: 600; }
input { width: 100%; min-height: 44px; margin-top: .25rem; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: 8px; background: transparent; color: inherit; font: inherit; }
.hint { margin: .25rem 0 0; color: var(--soft); font-size: .875rem; }
button { width: 100%; min-height: 44px; margin-top: 1.5rem; border: 0; border-radius: 8px; background: var(--accent); color: var(--accent-ink); font: inherit; font-weight: 600; cursor: pointer; }
button:disabled { opacity: .6; cursor: default; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
#notice { padding: .75rem 1rem; border: 1px solid currentColor; border-radius: 8px; }
#notice.bad { color: var(--danger); }
`
